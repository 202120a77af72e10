import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundledLicences, shippedPackages } from '../licences.ts';
import { runNode } from '../process.ts';
import { at } from '../project.ts';

interface Component {
  type?: string;
  name: string;
  version: string;
  'bom-ref': string;
  scope?: string;
  properties?: { name: string; value: string }[];
}

interface Sbom {
  serialNumber?: string;
  metadata: { timestamp?: string; component: Component; [key: string]: unknown };
  components: Component[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

/** What goes with every package: our licence, those of others, and the list of what is inside. */
export async function writeNotices(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await copyFile(at('LICENSE'), join(folder, 'LICENSE.txt'));
  await writeFile(join(folder, 'THIRD-PARTY-LICENSES.txt'), await bundledLicences());
  await writeFile(join(folder, 'sbom.cdx.json'), `${JSON.stringify(await bundledSbom(), null, 2)}\n`);
}

/**
 * npm's own software bill of materials (CycloneDX), less the tools that only build. Without its serial number and time:
 * two builds of one state give one list.
 */
export async function bundledSbom(): Promise<Sbom> {
  const npm = process.env['npm_execpath'];
  if (!npm) throw new Error('the list of what is inside is made by npm; run this through npm, as in: npm run dist');
  const { code, output } = await runNode([npm, 'sbom', '--package-lock-only', '--sbom-format=cyclonedx'], {
    output: 'capture',
    env: { npm_config_loglevel: 'silent' },
  });
  if (code !== 0) throw new Error(`npm sbom: ${output.trim()}`);
  const all = JSON.parse(output) as Sbom;
  const shipped = new Set((await shippedPackages()).map(({ name, version }) => `${name}@${version}`));
  const components = all.components.filter(({ name, version }) => shipped.has(`${name}@${version}`)).map(asShipped);
  const kept = new Set(components.map((component) => component['bom-ref']));
  const { serialNumber: _, ...rest } = all;
  const { timestamp: __, ...metadata } = all.metadata;
  return {
    ...rest,
    // npm names the product after its folder.
    metadata: { ...metadata, component: { ...metadata.component, name: 'clawdbot', type: 'application' } },
    components,
    dependencies: all.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) })),
  };
}

/** For npm these are tools, because what we bundle is a devDependency; for the user they are parts of the product. */
function asShipped({ properties = [], ...component }: Component): Component {
  return {
    ...component,
    scope: 'required',
    properties: properties.filter(({ name }) => name !== 'cdx:npm:package:development'),
  };
}
