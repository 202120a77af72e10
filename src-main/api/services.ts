import type { AnySchema, ContractProcedure, ErrorMap, InferSchemaInput, InferSchemaOutput, Meta } from '@orpc/contract';
import type { contract } from '../../src-shared/contract/index.ts';
import type { Principal } from '../../src-shared/schema/access.ts';

/** Who calls, from where, and until when the answer is wanted. */
export interface Caller {
  principal: Principal | null;
  remote: string;
  signal: AbortSignal | undefined;
}

/** What a transport knows about a call before it is made. */
export type CallContext = Omit<Caller, 'signal'>;

/** An operation of the contract as a function: its input has been parsed, its output has the contract's shape. */
type Operation<P> =
  P extends ContractProcedure<infer Input extends AnySchema, infer Output extends AnySchema, ErrorMap, Meta>
    ? (input: InferSchemaOutput<Input>, caller: Caller) => InferSchemaInput<Output> | Promise<InferSchemaInput<Output>>
    : never;

type Area<Procedures> = { [Name in keyof Procedures]: Operation<Procedures[Name]> };

type Contract = typeof contract;

/** Everything that the API needs of the core, area by area; the composition root provides it. */
export interface Services {
  /** Without `me`, which the API answers from the token itself. */
  access: Omit<Area<Contract['access']>, 'me'>;
  boards: Area<Contract['boards']>;
  chat: Area<Contract['chat']>;
  conversations: Area<Contract['conversations']>;
  mappings: Area<Contract['mappings']>;
  memories: Area<Contract['memories']>;
  messages: Area<Contract['messages']>;
  system: Area<Contract['system']>;
  tasks: Area<Contract['tasks']>;
  todos: Area<Contract['todos']>;
  erasures: Area<Contract['erasures']>;
  facts: Area<Contract['facts']>;
  transfers: Area<Contract['transfers']>;
  /** Logs a failure that nobody expected and returns its incident id, the only thing the caller is told. */
  report(error: unknown): string;
}
