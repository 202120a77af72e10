/** The API for people: a page that lists what `openapi.json` says, with a script and a style of our own origin. */
export const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Clawdbot API</title>
<link rel="stylesheet" href="/api/docs.css">
<script src="/api/docs.js" defer></script>
</head>
<body>
<main>
<h1>Clawdbot API</h1>
<p id="about"></p>
<p>The same as a document for programs: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a></p>
<div id="operations" aria-live="polite">…</div>
</main>
</body>
</html>
`;

export const docsStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h2 { margin-top: 2rem; text-transform: capitalize; }
details { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: 0.5rem 0; }
summary { cursor: pointer; }
code { font: 0.9em ui-monospace, monospace; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 600; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 0.5rem; }
`;

/** Builds nodes, never markup: whatever the document says stays text. */
export const docsScript = `const methods = ['get', 'post', 'put', 'patch', 'delete'];

function element(name, { text, className } = {}, ...children) {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function block(title, value) {
  return value === undefined ? [] : [element('h3', { text: title }), element('pre', { text: JSON.stringify(value, null, 2) })];
}

function describe(api, path, method, operation) {
  const base = (operation.servers ?? api.servers)[0].url.replace(/[/]$/, '');
  const head = element('summary', {},
    element('code', { text: method.toUpperCase(), className: 'method' }),
    element('code', { text: base + path }),
    ' — ' + (operation.summary ?? ''));
  return element('details', {}, head,
    ...block('Parameters', operation.parameters),
    ...block('Body', operation.requestBody?.content),
    ...block('Answers', operation.responses));
}

function show(api) {
  const areas = Map.groupBy(
    Object.entries(api.paths).flatMap(([path, item]) =>
      methods.filter((method) => item[method]).map((method) => ({ path, method, operation: item[method] }))),
    ({ operation }) => operation.tags?.[0] ?? 'other');
  const sections = [...areas].map(([area, operations]) => element('section', {},
    element('h2', { text: area }),
    ...operations.map(({ path, method, operation }) => describe(api, path, method, operation))));
  document.querySelector('#about').textContent = api.info.title + ' ' + api.info.version + '. ' + (api.info.description ?? '');
  document.querySelector('#operations').replaceChildren(...sections);
}

fetch('/api/v1/openapi.json')
  .then((response) => response.ok ? response.json() : Promise.reject(new Error(String(response.status))))
  .then(show)
  .catch((error) => { document.querySelector('#operations').textContent = 'The description could not be read: ' + error.message; });
`;
