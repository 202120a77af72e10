import type { Mapping } from '../../../../src-shared/schema/mapping.ts';
import { type Attachment, IncomingMessage } from '../../../../src-shared/schema/message.ts';
import { AppError } from '../../foundation/app-error.ts';
import { type Converted, toJson, toText, toTimestamp } from './field-values.ts';
import { describeKind, forbiddenNames, formatPath, PathSyntaxError } from './json-path.ts';
import { isSinglePath, parseTemplate, type Rendered, render, type Template } from './template.ts';

/** One field that could not be filled or compiled. The message names the path and what was found there. */
export interface MappingProblem {
  /** `sender_id`, `metadata.team`, `attachments[2].url` */
  field: string;
  message: string;
}

/** A mapping that cannot work, whatever arrives. */
export class MappingInvalid extends AppError<'MAPPING_INVALID'> {
  readonly problems: readonly MappingProblem[];

  constructor(problems: readonly MappingProblem[]) {
    const sentences = problems.map(({ field, message }) => `${field}: ${message}`);
    super('MAPPING_INVALID', `The mapping cannot be used. ${sentences.join('. ')}`, { problems });
    this.problems = problems;
  }
}

const requiredFields = ['sender_id', 'content'] as const;
const optionalFields = ['external_id', 'conversation_id', 'platform', 'timestamp'] as const;
type PlainField = (typeof requiredFields)[number] | (typeof optionalFields)[number];

const attachmentFields = ['type', 'url', 'name', 'mime'] as const;
type AttachmentField = (typeof attachmentFields)[number];

export interface CompiledMapping {
  fields: ReadonlyMap<PlainField, Template>;
  metadata: ReadonlyMap<string, Template>;
  attachments: { each: Template; fields: ReadonlyMap<AttachmentField, Template> } | null;
}

const maxMetadataKeys = 64;
const maxAttachments = 20;

/** Reads a mapping once, so that each message only walks its paths. Throws MappingInvalid with every fault. */
export function compileMapping(mapping: Mapping): CompiledMapping {
  const problems: MappingProblem[] = [];
  const compile = (field: string, source: string): Template => {
    try {
      return parseTemplate(source);
    } catch (error) {
      if (!(error instanceof PathSyntaxError)) throw error;
      problems.push({ field, message: error.message });
      return [];
    }
  };
  const compileAll = <F extends string>(
    names: readonly F[],
    sources: Readonly<Partial<Record<F, string>>>,
    prefix = '',
  ) =>
    new Map(
      names.flatMap((name) =>
        sources[name] === undefined ? [] : [[name, compile(prefix + name, sources[name])] as const],
      ),
    );

  const fields = compileAll([...requiredFields, ...optionalFields], mapping);
  const metadataNames = Object.keys(mapping.metadata ?? {});
  if (metadataNames.length > maxMetadataKeys)
    problems.push({ field: 'metadata', message: `more than ${maxMetadataKeys} keys` });
  for (const name of metadataNames.filter((key) => forbiddenNames.has(key))) {
    problems.push({ field: `metadata.${name}`, message: 'this name is reserved; choose another' });
  }
  const metadata = compileAll(metadataNames, mapping.metadata ?? {}, 'metadata.');
  const attachments = mapping.attachments
    ? {
        each: compile('attachments.each', mapping.attachments.each),
        fields: compileAll(attachmentFields, mapping.attachments, 'attachments.'),
      }
    : null;
  if (attachments && attachments.each.length > 0 && !isSinglePath(attachments.each)) {
    problems.push({ field: 'attachments.each', message: 'expected one path to a list, such as {{event.files}}' });
  }
  if (problems.length > 0) throw new MappingInvalid(problems);
  return { fields, metadata, attachments };
}

/** What `compileMapping` would refuse, as data; empty for a mapping that can work. */
export function mappingProblems(mapping: Mapping): readonly MappingProblem[] {
  try {
    compileMapping(mapping);
    return [];
  } catch (error) {
    if (error instanceof MappingInvalid) return error.problems;
    throw error;
  }
}

/**
 * Makes a message of a vendor's JSON. Never throws.
 *
 * `message` is null when there is no sender or no content. Anything else that does not fit is left out of the message
 * and named in `problems`: a message with a broken attachment is still somebody's message. A path of an optional field
 * that leads nowhere is no problem, for most vendors leave out what does not apply.
 */
export function applyMapping(
  mapping: CompiledMapping,
  payload: unknown,
): { message: IncomingMessage | null; problems: MappingProblem[] } {
  const problems: MappingProblem[] = [];
  const report = (field: string, message: string): undefined => void problems.push({ field, message });

  const draft = {
    ...plainFields(mapping, payload, report),
    ...metadataOf(mapping, payload, report),
    ...attachmentsOf(mapping, payload, report),
  };
  return { message: validated(draft, report), problems };
}

type Report = (field: string, message: string) => undefined;

function plainFields({ fields }: CompiledMapping, payload: unknown, report: Report): Record<string, unknown> {
  const draft: Record<string, unknown> = {};
  for (const [field, template] of fields) {
    // Only content reads well with a hole in it; ids with one would be shared by strangers.
    const rendered = render(template, payload, { lenient: field === 'content' });
    const required = field === 'sender_id' || field === 'content';
    const value = take(field, template, rendered, field === 'timestamp' ? toTimestamp : toText, required, report);
    if (value !== undefined) draft[field] = value;
  }
  return draft;
}

function metadataOf(
  { metadata }: CompiledMapping,
  payload: unknown,
  report: Report,
): { metadata?: Record<string, unknown> } {
  const entries: [string, unknown][] = [];
  for (const [name, template] of metadata) {
    const rendered = render(template, payload, { lenient: true });
    const value = take(`metadata.${name}`, template, rendered, toJson, false, report);
    if (value !== undefined) entries.push([name, value]);
  }
  return entries.length > 0 ? { metadata: Object.fromEntries(entries) } : {};
}

function attachmentsOf(
  { attachments }: CompiledMapping,
  payload: unknown,
  report: Report,
): { attachments?: Attachment[] } {
  if (!attachments) return {};
  const rendered = render(attachments.each, payload, { lenient: false });
  if (rendered.type !== 'value') return {};
  const items = Array.isArray(rendered.value) ? rendered.value : [rendered.value];
  if (items.length > maxAttachments)
    report('attachments', `expected at most ${maxAttachments}, found ${items.length}; the rest is left out`);
  const made = items
    .slice(0, maxAttachments)
    .flatMap((item, index) => attachmentOf(attachments.fields, item, index, report) ?? []);
  return made.length > 0 ? { attachments: made } : {};
}

/** Paths of an attachment start at the list item. */
function attachmentOf(
  fields: ReadonlyMap<AttachmentField, Template>,
  item: unknown,
  index: number,
  report: Report,
): Attachment | null {
  const name = `attachments[${index}]`;
  const draft: Record<string, unknown> = {};
  for (const [field, template] of fields) {
    const required = field === 'type' || field === 'url';
    const value = take(
      `${name}.${field}`,
      template,
      render(template, item, { lenient: false }),
      toText,
      required,
      report,
    );
    if (value !== undefined) draft[field] = value;
    else if (required) return null;
  }
  return withoutFaults(draft, attachmentFaults, ['type', 'url'], (field, message) =>
    report(`${name}.${field}`, message),
  );
}

/** The converted value, or undefined with the reason reported where that is a problem. */
function take(
  field: string,
  template: Template,
  rendered: Rendered,
  convert: (value: unknown) => Converted<unknown>,
  required: boolean,
  report: Report,
): unknown {
  if (rendered.type === 'missing') return required ? report(field, rendered.why) : undefined;
  if (rendered.type === 'unfit') return report(field, rendered.why);
  const converted = convert(rendered.value);
  return 'value' in converted ? converted.value : report(field, `${pathsOf(template)}${converted.why}`);
}

function pathsOf(template: Template): string {
  const paths = template.flatMap((part) => (part.type === 'value' ? part.paths.map(formatPath) : []));
  return paths.length === 0 ? '' : `${paths.join(' | ')}: `;
}

function validated(draft: Record<string, unknown>, report: Report): IncomingMessage | null {
  if (requiredFields.some((field) => draft[field] === undefined)) return null;
  return withoutFaults(draft, messageFaults, requiredFields, report);
}

type Checked<T> = { value: T } | { faults: { field: string; message: string }[] };

function messageFaults(draft: unknown): Checked<IncomingMessage> {
  const parsed = IncomingMessage.safeParse(draft);
  return parsed.success ? { value: parsed.data } : { faults: parsed.error.issues.map(asFault) };
}

function attachmentFaults(draft: unknown): Checked<Attachment> {
  const parsed = IncomingMessage.shape.attachments.unwrap().element.safeParse(draft);
  return parsed.success ? { value: parsed.data } : { faults: parsed.error.issues.map(asFault) };
}

const asFault = ({ path, message }: { path: PropertyKey[]; message: string }) => ({
  field: String(path[0] ?? ''),
  message,
});

/** Leaves out the optional fields that the schema refuses; null when it refuses a required one. */
function withoutFaults<T>(
  draft: Record<string, unknown>,
  check: (draft: unknown) => Checked<T>,
  required: readonly string[],
  report: Report,
): T | null {
  const checked = check(draft);
  if ('value' in checked) return checked.value;
  for (const { field, message } of checked.faults) report(field, `${message}; found ${describeKind(draft[field])}`);
  if (checked.faults.some(({ field }) => required.includes(field))) return null;
  const refused = new Set(checked.faults.map(({ field }) => field));
  const rest = check(Object.fromEntries(Object.entries(draft).filter(([field]) => !refused.has(field))));
  return 'value' in rest ? rest.value : null;
}
