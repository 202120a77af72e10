/** One package of package-lock.json. */
export interface Locked {
  resolved?: string;
  integrity?: string;
  link?: boolean;
  hasInstallScript?: boolean;
}

type Packages = Readonly<Record<string, Locked>>;
/** The key '' is the project itself. */
const installed = (packages: Packages) => Object.entries(packages).filter(([path]) => path !== '');

const registry = 'https://registry.npmjs.org/';

/** Packages from elsewhere. Without `resolved` npm asks the registry that it is set to, and the checksum has to hold. */
export const foreignSources = (packages: Packages): string[] =>
  installed(packages)
    .filter(([, { resolved, link }]) => link === true || (resolved !== undefined && !resolved.startsWith(registry)))
    .map(([path]) => path);

const sha512 = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** Packages that could be replaced without anybody noticing. */
export const unproven = (packages: Packages): string[] =>
  installed(packages)
    .filter(([, { integrity }]) => !sha512.test(integrity ?? ''))
    .map(([path]) => path);

const installScripts = ['preinstall', 'install', 'postinstall'];

/** Packages that would run something of their own while they are installed, by the lockfile or by what they say themselves. */
export function withInstallScripts(
  packages: Packages,
  manifestOf: (path: string) => { scripts?: Record<string, string> } | null,
  hasBindings: (path: string) => boolean,
): string[] {
  return installed(packages)
    .filter(([path, { hasInstallScript }]) => {
      const scripts = manifestOf(path)?.scripts ?? {};
      // npm compiles what has a binding.gyp, also without being asked.
      return (
        hasInstallScript === true || hasBindings(path) || installScripts.some((name) => Object.hasOwn(scripts, name))
      );
    })
    .map(([path]) => path);
}

const exact = /^(?:npm:(?:@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/;

export const looseVersions = (wanted: Readonly<Record<string, string>>): string[] =>
  Object.entries(wanted)
    .filter(([, version]) => !exact.test(version))
    .map(([name, version]) => `${name} ${version}`);
