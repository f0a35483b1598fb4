// Fetches one OpenAPI document of this server and gives it to Swagger UI. `?api=NAME` says which.

const chosen = new URLSearchParams(location.search).get("api") || "control";
const said = document.getElementById("said");
const ask = document.getElementById("ask");
const select = document.getElementById("api");
const base = location.pathname.replace(/\/docs\/?$/, "");
let token = "";

async function fetched(path) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch(`${base}/${path}`, { headers });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.error.message), { status: answer.status });
  return body;
}

async function show() {
  said.textContent = "";
  try {
    const { apis } = await fetched("apis");
    const names = ["control", ...apis.map((api) => api.name)];
    select.replaceChildren(...names.map((name) => new Option(name, name, false, name === chosen)));
    const path = `openapi.json?api=${encodeURIComponent(chosen)}`;
    document.getElementById("document").href = `${base}/${path}`;
    const spec = await fetched(path);
    document.title = spec.info.title;
    SwaggerUIBundle({
      spec,
      domNode: document.getElementById("viewer"),
      deepLinking: true,
      defaultModelsExpandDepth: -1,
      filter: true,
      validatorUrl: null,
      requestInterceptor: (request) => {
        // Only this server's own control API asks for the token.
        if (token && chosen === "control") request.headers.Authorization = `Bearer ${token}`;
        return request;
      },
    });
  } catch (error) {
    ask.hidden = error.status !== 401;
    said.textContent = error.message;
  }
}

ask.addEventListener("submit", (event) => {
  event.preventDefault();
  token = document.getElementById("token").value;
  ask.hidden = true;
  show();
});
select.addEventListener("change", () => { location.assign(`${base}/docs?api=${encodeURIComponent(select.value)}`); });
show();
