import type { ShippedPackage } from '../licences.ts';

export interface Manifest {
  allowScripts?: Record<string, boolean>;
}

export interface LockEntry {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  license?: string;
  hasInstallScript?: boolean;
}

/** Licences under which code may reach the user: each asks for no more than to be named. */
export const shippedLicences: ReadonlySet<string> = new Set([
  '(MIT OR CC0-1.0)',
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
  // Ours to choose; MIT is chosen.
  '(MIT OR Apache-2.0)',
]);

/** What tools may have beside those: they build and test, and stay here. */
export const toolLicences: ReadonlySet<string> = new Set([
  ...shippedLicences,
  '(BSD-2-Clause OR MIT OR Apache-2.0)',
  '(MIT OR WTFPL)',
  '(WTFPL OR MIT)',
  // Tables of data, such as which browser knows what.
  'CC-BY-4.0',
  'MIT OR Apache',
  'MIT OR Apache-2.0',
  'MPL-2.0',
  'WTFPL',
  'WTFPL OR ISC',
]);

/** Everything in a lockfile that could bring other bytes tomorrow than today. */
export function lockFaults(lock: Readonly<Record<string, LockEntry>>): string[] {
  return Object.entries(lock)
    .filter(([path]) => path !== '')
    .flatMap(([path, { version, resolved, integrity, link }]) => [
      ...(link ? [`${path} is a link`] : []),
      ...(/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(version ?? '') ? [] : [`${path} has the version ${version}`]),
      ...(/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '') ? [] : [`${path} has no SHA-512 of its content`]),
      // Without an address npm takes the package from the registry, by name and version.
      ...(resolved === undefined || resolved.startsWith('https://registry.npmjs.org/')
        ? []
        : [`${path} comes from ${resolved}`]),
    ]);
}

/** Packages with an install script that nobody decided on, and decisions about packages that are gone. */
export function scriptFaults({ allowScripts = {} }: Manifest, lock: Readonly<Record<string, LockEntry>>): string[] {
  const withScript = Object.entries(lock)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  return [
    ...withScript.filter((name) => !(name in allowScripts)).map((name) => `${name} has an install script`),
    ...Object.keys(allowScripts)
      .filter((name) => !(`node_modules/${name}` in lock))
      .map((name) => `${name} is not installed`),
    ...Object.entries(allowScripts)
      .filter(([, isAllowed]) => isAllowed)
      .map(([name]) => `${name} may run its script`),
  ];
}

export const licenceFaults = (
  packages: readonly Pick<ShippedPackage, 'name' | 'license'>[],
  allowed: ReadonlySet<string>,
): string[] =>
  packages
    .filter(({ license = 'no licence' }) => !allowed.has(license))
    .map(({ name, license }) => `${name}: ${license}`);
