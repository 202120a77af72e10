import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { contract } from '../../src-shared/contract/index.ts';
import { IncomingMessage } from '../../src-shared/schema/message.ts';
import type { HttpRoute } from '../core/foundation/http-route.ts';
import { apiPrefix } from './rest.ts';

const converters = [new ZodToJsonSchemaConverter()];

type Document = Awaited<ReturnType<OpenAPIGenerator['generate']>>;
type PathItem = NonNullable<NonNullable<Document['paths']>[string]>;
type Operation = NonNullable<PathItem['get']>;

const problemSchema = {
  type: 'object' as const,
  description: 'RFC 9457 problem document',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' as const },
    title: { type: 'string' as const },
    status: { type: 'integer' as const },
    detail: { type: 'string' as const },
    code: { type: 'string' as const },
    errors: {
      type: 'array' as const,
      items: {
        type: 'object' as const,
        properties: { pointer: { type: 'string' as const }, detail: { type: 'string' as const } },
      },
    },
  },
};
const problemContent = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** The OpenAPI document: every operation of the contract, and the ways in for messages. */
export async function describeApi(version: string, routes: readonly HttpRoute[]): Promise<Document> {
  const document = await new OpenAPIGenerator({ schemaConverters: converters }).generate(contract, {
    info: {
      title: 'Clawdbot',
      version,
      description: 'Errors are problem documents (RFC 9457); lists answer {items, next_cursor}.',
    },
    servers: [{ url: apiPrefix }],
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: problemSchema },
    },
    security: [{ bearer: [] }],
    // Errors leave as problem documents, whatever shape they have inside.
    customErrorResponseBodySchema: () => ({ $ref: '#/components/schemas/Problem' }),
  });
  const paths = document.paths ?? {};
  for (const item of Object.values(paths)) {
    for (const operation of operationsOf(item)) tellErrorsAsProblems(operation);
    if (item?.delete) moveBodyToQuery(item.delete);
  }
  for (const route of routes) addRoute(paths, route, messageSchema());
  return { ...document, paths };
}

const operationsOf = (item: PathItem | undefined): Operation[] =>
  [item?.get, item?.post, item?.put, item?.patch, item?.delete].filter((each) => each !== undefined);

function tellErrorsAsProblems(operation: Operation): void {
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    if (Number(status) >= 400 && 'content' in response) response.content = problemContent;
  }
  operation.responses ??= {};
  operation.responses.default ??= { description: 'Any other failure', content: problemContent };
}

/** The generator describes the input of a DELETE as a body; it is read from the query. */
function moveBodyToQuery(operation: Operation): void {
  const body = operation.requestBody;
  delete operation.requestBody;
  if (!body || !('content' in body)) return;
  const schema = body.content['application/json']?.schema;
  if (typeof schema !== 'object' || !('properties' in schema)) return;
  const required = new Set('required' in schema ? schema.required : []);
  const parameters = Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query' as const,
    required: required.has(name),
    schema: property,
  }));
  operation.parameters = [...(operation.parameters ?? []), ...parameters] as NonNullable<Operation['parameters']>;
}

function messageSchema(): object {
  const [, schema] = new ZodToJsonSchemaConverter().convert(IncomingMessage, { strategy: 'input' });
  return schema as object;
}

function addRoute(paths: NonNullable<Document['paths']>, route: HttpRoute, schema: object): void {
  const inApi = route.path.startsWith(`${apiPrefix}/`);
  const path = (inApi ? route.path.slice(apiPrefix.length) : route.path) as `/${string}`;
  const signed = route.access === 'signature';
  const operation = {
    operationId: `ingress.${route.method.toLowerCase()}.${path.slice(1).replaceAll('/', '.')}`,
    summary: signed
      ? 'Send a signed message; acknowledged once it is durable'
      : 'Send a message; acknowledged once it is durable',
    tags: ['ingress'],
    ...(signed ? { security: [] } : {}),
    ...(inApi ? {} : { servers: [{ url: '/' }] }),
    ...(route.method === 'POST'
      ? { requestBody: { required: true, content: { 'application/json': { schema } } } }
      : {}),
    responses: {
      200: { description: 'Known already: nothing was done again' },
      202: { description: 'Accepted and durable' },
      default: { description: 'Refused', content: problemContent },
    },
  } as unknown as Operation;
  paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
}
