import ts from 'typescript';
import { type Finding, find, type Source } from './sources.ts';

/** What opens a way into or out of a window, and the one file each may stand in. */
const homes: Readonly<Record<string, string>> = {
  'new BrowserWindow': 'create-window.ts',
  'ipcMain.handle': 'window-port.ts',
  'protocol.handle': 'page-protocol.ts',
  'protocol.registerSchemesAsPrivileged': 'page-protocol.ts',
  setWindowOpenHandler: 'contents-walls.ts',
  setPermissionRequestHandler: 'session-walls.ts',
  setPermissionCheckHandler: 'session-walls.ts',
  openExternal: 'external-links.ts',
  exposeInMainWorld: 'preload/bridge.ts',
  fromPartition: 'updates/update-session.ts',
};

/** Nobody needs these: each is another way around the walls. */
const never = /^(?:BaseWindow|BrowserView|WebContentsView|View)$/;
const neverCalled = /^(?:executeJavaScript|insertCSS|openDevTools|loadFile)$/;

/** Where a file of the desktop host does what belongs in another one. */
export function windowDoors(source: Source): Finding[] {
  return find(source, (node) => {
    const what = ts.isNewExpression(node) ? ofNew(node) : ts.isCallExpression(node) ? ofCall(node) : null;
    if (what === null) return null;
    const home = homes[what];
    return home !== undefined && source.path.endsWith(`hosts/electron/${home}`) ? null : what;
  });
}

function ofNew({ expression }: ts.NewExpression): string | null {
  const name = lastName(expression);
  if (name === 'BrowserWindow') return 'new BrowserWindow';
  return never.test(name) ? `new ${name}` : null;
}

function ofCall({ expression }: ts.CallExpression): string | null {
  if (!ts.isPropertyAccessExpression(expression)) return null;
  const method = expression.name.text;
  const owner = lastName(expression.expression);
  if (owner === 'ipcMain' || owner === 'protocol') return `${owner}.${method}`;
  // The host has an `openExternal` of its own, which is the one that asks.
  if (method === 'openExternal') return owner === 'shell' ? method : null;
  if (Object.hasOwn(homes, method)) return method;
  return neverCalled.test(method) ? method : null;
}

function lastName(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  return ts.isPropertyAccessExpression(node) ? node.name.text : '';
}
