import { createHash } from 'node:crypto';
import { type Dirent, existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

export interface StaticFile {
  bytes: Buffer;
  headers: Record<string, string>;
}

/** The interface's files, known by their paths. */
export interface StaticFiles {
  /** The file at a URL path, null when there is none: only what was found in the folder can be asked for. */
  find(path: string): StaticFile | null;
  /** The page for a person who opens `path` in a browser. */
  page(): StaticFile;
}

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** Vite names a built file after its content: board-BkT3xQ2a.js. */
const hashed = /-[A-Za-z0-9_-]{8}\.[a-z0-9]+$/;
const maxFiles = 2000;

/** Reads a folder into memory: a few megabytes, and no request ever becomes a path on disk. */
export async function loadStaticFiles(folder: string): Promise<StaticFiles> {
  const files = existsSync(join(folder, 'index.html')) ? await readAll(folder) : new Map<string, StaticFile>();
  const index = files.get('/index.html') ?? missingPage();
  return { find: (path) => files.get(path === '/' ? '/index.html' : path) ?? null, page: () => index };
}

async function readAll(folder: string): Promise<Map<string, StaticFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile() && extname(entry.name) in types);
  if (found.length > maxFiles)
    throw new Error(`${folder} holds ${found.length} files, more than an interface has; is it the right folder?`);
  return new Map(await Promise.all(found.map((entry) => read(folder, entry))));
}

async function read(folder: string, entry: Dirent): Promise<[string, StaticFile]> {
  const file = join(entry.parentPath, entry.name);
  const path = `/${relative(folder, file).split(sep).join('/')}`;
  const cache = hashed.test(entry.name) ? 'public, max-age=31536000, immutable' : 'no-cache';
  return [path, staticFile(await readFile(file), types[extname(entry.name)] ?? 'application/octet-stream', cache)];
}

export function staticFile(bytes: Buffer, type: string, cache = 'no-cache'): StaticFile {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return {
    bytes,
    headers: { 'content-type': type, 'cache-control': cache, etag, 'content-length': String(bytes.length) },
  };
}

const missingPage = (): StaticFile => staticFile(Buffer.from(missing), 'text/html; charset=utf-8', 'no-store');

const missing = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Clawdbot</title></head>
<body>
<h1>Clawdbot is running, but its interface is not built</h1>
<p>Run <code>npm run build</code> in the project's folder, then start Clawdbot again. The API works meanwhile: <a href="/api/docs">/api/docs</a>.</p>
<h1 lang="zh-CN">Clawdbot 正在运行，但界面尚未构建</h1>
<p lang="zh-CN">请在项目目录中运行 <code>npm run build</code>，然后重新启动 Clawdbot。在此期间 API 可正常使用：<a href="/api/docs">/api/docs</a>。</p>
</body>
</html>
`;
