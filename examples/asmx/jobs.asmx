<%@ WebService Language="C#" Class="Jobs" %>
// A stub of CasJobs on a genuine ASMX runtime: what it says is made up, how it says it is System.Web.Services' own.
using System;
using System.Collections.Generic;
using System.Data;
using System.Web.Services;
using System.Xml.Serialization;

public class CJQueue { public string Context; public int Timeout; }
public class CJType { public string Type; public string Description; }
public class CJJob {
  public long JobID; public long Rows; public long WebServicesID;
  public DateTime TimeSubmit; public DateTime TimeStart; public DateTime TimeEnd;
  public int Status; public int Queue;
  public string TaskName; public string OutputLoc; public string Error; public string Query; public string Context;
  public string Type;
}
public class Job {
  public long JobID; public long Rows; public long WebServicesID;
  public DateTime TimeSubmit; public DateTime TimeStart; public DateTime TimeEnd;
  public int SendEmail; public int Status; public int AutoComplete; public int Estimate;
  public string TaskName; public string OutputLoc; public string HostIP; public string Message; public string Query;
  public string ModifiedQuery; public string Target; public string OutputType; public string Params;
  public string Created_Table;
}

[WebService(Name = "Jobs", Namespace = "http://Services.Cas.jhu.edu")]
public class Jobs : WebService {
  class Run { public DateTime Began; public bool Cancelled; public string Query; public string Context; public string Task; }
  static readonly Dictionary<long, Run> runs = new Dictionary<long, Run>();
  static long last = 1000;

  static void Login(long wsid, string pw) {
    if (wsid != 1 || pw != "secret") throw new Exception("Invalid login: wsid " + wsid);
  }
  // A moment out of a database has no zone.
  static DateTime Now() { return DateTime.SpecifyKind(DateTime.Now, DateTimeKind.Unspecified); }
  static int State(Run run) {
    double age = (Now() - run.Began).TotalSeconds;
    if (run.Cancelled) return age < 1 ? 2 : 3;
    return age < 0.5 ? 0 : age < 1.5 ? 1 : 5;
  }
  static long Add(string qry, string context, string taskname) {
    lock (runs) { runs[++last] = new Run { Began = Now(), Query = qry, Context = context, Task = taskname }; return last; }
  }
  static IEnumerable<KeyValuePair<long, Run>> Find(string conditions) {
    long id; string text = (conditions ?? "").Replace(" ", "").ToLower();
    bool one = text.StartsWith("jobid:") && long.TryParse(text.Substring(6), out id) ;
    lock (runs) foreach (var run in new List<KeyValuePair<long, Run>>(runs))
      if (!one || text == "jobid:" + run.Key) yield return run;
  }

  [WebMethod] public CJQueue[] GetQueues(long wsid, string pw) {
    Login(wsid, pw); return new[] { new CJQueue { Context = "MYDB", Timeout = 1 } };
  }
  [WebMethod] public CJType[] GetJobTypes(long wsid, string pw) {
    Login(wsid, pw); return new[] { new CJType { Type = "QUERY", Description = "A query" } };
  }
  [WebMethod] public int GetJobStatus(long wsId, string pw, long jobId) {
    Login(wsId, pw); lock (runs) return State(runs[jobId]);
  }
  [WebMethod] public void CancelJob(long wsId, string pw, long jobId) {
    Login(wsId, pw); lock (runs) if (runs.ContainsKey(jobId) && State(runs[jobId]) < 2) { runs[jobId].Cancelled = true; runs[jobId].Began = Now(); }
  }
  [WebMethod] public long SubmitJob(long wsid, string pw, string qry, string context, string taskname, int estimate) {
    Login(wsid, pw); return Add(qry, context, taskname);
  }
  [WebMethod] public long SubmitJobInto(long wsid, string pw, string qry, string context, string tableName, string taskname, int estimate) {
    Login(wsid, pw); return Add(qry, context, taskname);
  }
  [WebMethod] public long SubmitExtractJob(long wsid, string pw, string tableName, string type) {
    Login(wsid, pw); return Add(tableName, "MYDB", tableName);
  }
  [WebMethod] public CJJob[] GetJobs(long owner_wsid, string owner_pw, string conditions, bool includeSystem) {
    Login(owner_wsid, owner_pw);
    var found = new List<CJJob>();
    foreach (var one in Find(conditions)) found.Add(new CJJob {
      JobID = one.Key, WebServicesID = 1, TimeSubmit = one.Value.Began, TimeStart = one.Value.Began.AddSeconds(0.5),
      TimeEnd = one.Value.Began.AddSeconds(1.5), Status = State(one.Value), Queue = 1, TaskName = one.Value.Task,
      Query = one.Value.Query, Context = one.Value.Context, Type = "QUERY" });
    return found.ToArray();
  }
  [WebMethod] public Job[] GetJobsJob(long owner_wsid, string owner_pw, string conditions, bool includeSystem) {
    Login(owner_wsid, owner_pw);
    var found = new List<Job>();
    foreach (var one in Find(conditions)) found.Add(new Job {
      JobID = one.Key, WebServicesID = 1, TimeSubmit = one.Value.Began, TimeStart = one.Value.Began.AddSeconds(0.5),
      TimeEnd = one.Value.Began.AddSeconds(1.5), Status = State(one.Value), TaskName = one.Value.Task,
      Query = one.Value.Query, OutputType = "QUERY" });
    return found.ToArray();
  }
  [WebMethod] public string ExecuteQuickJob(long wsid, string pw, string qry, string context, string taskname, bool isSystem) {
    Login(wsid, pw); return "[a]:int\n1\n";
  }
  [WebMethod] public string ExecuteQuickJobOID(string oid, string md5, string qry, string context, string taskname, bool isSystem) {
    return "[a]:int\n1\n";
  }
  [WebMethod] public DataSet ExecuteQuickJobDS(long wsid, string pw, string qry, string context, string taskname, bool isSystem) {
    Login(wsid, pw);
    var table = new DataTable("Table");
    table.Columns.Add("a", typeof(int));
    table.Rows.Add(1);
    var found = new DataSet("NewDataSet");
    found.Tables.Add(table);
    return found;
  }
  [WebMethod] public void UploadData(long wsid, string pw, string tableName, string data, bool tableExists) { Login(wsid, pw); }
  [WebMethod] public void SetServiceState(long wsid, string pw, string serviceName, string state) { Login(wsid, pw); }
  [WebMethod] public string GetServiceState(long wsid, string pw, string serviceName) { Login(wsid, pw); return "RUNNING"; }
}
