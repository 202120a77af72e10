export { createExporter } from './export.ts';
export { createImporter, type ImportReport } from './import.ts';
