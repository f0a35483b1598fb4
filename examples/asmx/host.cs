// Hosts a folder of .asmx files with System.Web over HttpListener, on Mono:
//   mcs -r:System.Web host.cs -out:site/bin/host.exe && mono site/bin/host.exe site http://127.0.0.1:8090/
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading;
using System.Web;
using System.Web.Hosting;

public class Host : MarshalByRefObject {
  public override object InitializeLifetimeService() { return null; }

  public void Listen(string prefix) {
    var listener = new HttpListener();
    listener.Prefixes.Add(prefix);
    listener.Start();
    Console.WriteLine("listening at " + prefix);
    while (true) {
      var context = listener.GetContext();
      ThreadPool.QueueUserWorkItem(_ => {
        try { HttpRuntime.ProcessRequest(new Worker(context)); }
        catch (Exception error) { Console.Error.WriteLine(error); context.Response.Abort(); }
      });
    }
  }

  public static void Main(string[] arguments) {
    var host = (Host)ApplicationHost.CreateApplicationHost(typeof(Host), "/", Path.GetFullPath(arguments[0]));
    host.Listen(arguments[1]);
  }
}

class Worker : HttpWorkerRequest {
  readonly HttpListenerRequest request;
  readonly HttpListenerResponse response;
  readonly MemoryStream answer = new MemoryStream();
  readonly byte[] body;
  readonly string path, file, info;

  public Worker(HttpListenerContext context) {
    request = context.Request;
    response = context.Response;
    var read = new MemoryStream();
    request.InputStream.CopyTo(read);
    body = read.ToArray();
    path = request.Url.AbsolutePath;
    int end = path.IndexOf(".asmx", StringComparison.OrdinalIgnoreCase);
    file = end < 0 ? path : path.Substring(0, end + 5);
    info = path.Substring(file.Length);
  }

  public override string GetHttpVerbName() { return request.HttpMethod; }
  public override string GetHttpVersion() { return "HTTP/1.1"; }
  public override string GetLocalAddress() { return request.LocalEndPoint.Address.ToString(); }
  public override int GetLocalPort() { return request.LocalEndPoint.Port; }
  public override string GetRemoteAddress() { return request.RemoteEndPoint.Address.ToString(); }
  public override int GetRemotePort() { return request.RemoteEndPoint.Port; }
  public override string GetServerName() { return request.Url.Host; }
  public override string GetRawUrl() { return request.RawUrl; }
  public override string GetUriPath() { return path; }
  public override string GetQueryString() {
    int mark = request.RawUrl.IndexOf('?');
    return mark < 0 ? "" : request.RawUrl.Substring(mark + 1);
  }
  public override string GetFilePath() { return file; }
  public override string GetPathInfo() { return info; }
  public override string GetAppPath() { return "/"; }
  public override string GetAppPathTranslated() { return HttpRuntime.AppDomainAppPath; }
  public override string GetFilePathTranslated() { return MapPath(file); }
  public override string MapPath(string path) {
    return Path.Combine(HttpRuntime.AppDomainAppPath, path.TrimStart('/').Replace('/', Path.DirectorySeparatorChar));
  }
  public override string GetKnownRequestHeader(int index) {
    return request.Headers[GetKnownRequestHeaderName(index)];
  }
  public override string GetUnknownRequestHeader(string name) { return request.Headers[name]; }
  public override string[][] GetUnknownRequestHeaders() {
    var found = new List<string[]>();
    foreach (string name in request.Headers.AllKeys)
      if (GetKnownRequestHeaderIndex(name) < 0) found.Add(new[] { name, request.Headers[name] });
    return found.ToArray();
  }
  public override byte[] GetPreloadedEntityBody() { return body; }
  public override bool IsEntireEntityBodyIsPreloaded() { return true; }

  public override void SendStatus(int status, string reason) {
    response.StatusCode = status;
    response.StatusDescription = reason;
  }
  public override void SendKnownResponseHeader(int index, string value) {
    Set(GetKnownResponseHeaderName(index), value);
  }
  public override void SendUnknownResponseHeader(string name, string value) { Set(name, value); }
  void Set(string name, string value) {
    if (name == "Content-Length" || name == "Connection" || name == "Transfer-Encoding") return;
    if (name == "Content-Type") response.ContentType = value; else response.Headers[name] = value;
  }
  public override void SendResponseFromMemory(byte[] data, int length) { answer.Write(data, 0, length); }
  public override void SendResponseFromFile(string name, long offset, long length) {
    using (var stream = File.OpenRead(name)) { stream.Seek(offset, SeekOrigin.Begin); stream.CopyTo(answer); }
  }
  public override void SendResponseFromFile(IntPtr handle, long offset, long length) { throw new NotSupportedException(); }
  public override void FlushResponse(bool last) { }
  public override void EndOfRequest() {
    response.ContentLength64 = answer.Length;
    answer.WriteTo(response.OutputStream);
    response.Close();
  }
}
