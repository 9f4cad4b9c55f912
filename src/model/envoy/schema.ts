/**
 * The vocabulary in which Envoy's messages are described: which fields meshctl reads, and which it knows not to matter
 * for what happens to a request. One description gives the reader its table and the analysis its types.
 */
export type Json = string | number | boolean | null | readonly Json[] | JsonStruct

/** A JSON object, as a google.protobuf.Struct holds it. */
export interface JsonStruct {
  readonly [key: string]: Json
}

/** True for a JSON object (not an array, not null). */
export function isStruct(value: Json | undefined): value is JsonStruct {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What every message read carries: where it is (JSON pointer) and which of its fields are not described. */
export interface Read {
  readonly at: string
  readonly unread: readonly string[]
}

/** A message packed in an Any (`typed_config`): its short type name and, for a described type, what was read. */
export interface Packed {
  readonly type: string
  readonly at: string
  readonly message: Read | undefined
}

export type Scalar = 'text' | 'flag' | 'wrapped-flag' | 'count' | 'duration' | 'struct' | 'packed' | 'present'

/** How one field is read. `T` is the type of what comes out. */
export type Field<T> = {readonly yields?: T} & (
  | {readonly form: Scalar}
  | {readonly form: 'ignored'; readonly why: string}
  | {readonly form: 'list' | 'map'; readonly of: Field<unknown>}
  | {readonly form: 'message'; readonly schema: () => Schema<Read>}
)

/** A described message: its full protobuf name without `envoy.`, and its fields by lowerCamelCase name. */
export interface Schema<T> {
  readonly name: string
  readonly fields: Readonly<Record<string, Field<unknown>>>
  readonly yields?: T
}

type Yield<F> = F extends Field<infer T> ? T : never
export type Fields = Readonly<Record<string, Field<unknown>>>
/** The type of a message with these fields. */
export type MessageOf<F extends Fields> = Read & {readonly [K in keyof F]: Yield<F[K]>}
/** The type of what a schema reads. */
export type Of<S> = S extends Schema<infer T> ? T : never

/** A string or the name of an enum value; undefined when absent. */
export const text: Field<string | undefined> = {form: 'text'}
/** A proto3 bool: absent is false. */
export const flag: Field<boolean> = {form: 'flag'}
/** A google.protobuf.BoolValue: absent is undefined. */
export const wrappedFlag: Field<boolean | undefined> = {form: 'wrapped-flag'}
/** A number, also one written as a string (64-bit integers). */
export const count: Field<number | undefined> = {form: 'count'}
/** A google.protobuf.Duration, in milliseconds. */
export const duration: Field<number | undefined> = {form: 'duration'}
/** A google.protobuf.Struct or Value: data, not messages. */
export const struct: Field<Json | undefined> = {form: 'struct'}
/** A google.protobuf.Any. */
export const packed: Field<Packed | undefined> = {form: 'packed'}
/** A message or oneof member of which only the presence counts. */
export const present: Field<boolean> = {form: 'present'}

/** A field that cannot change what happens to a request, and why. */
export function ignored(why: string): Field<undefined> {
  return {form: 'ignored', why}
}

/** A repeated field; absent is empty. */
export function list<T>(of: Field<T>): Field<readonly Exclude<T, undefined>[]> {
  return {form: 'list', of}
}

/** A map field; absent is empty. */
export function mapOf<T>(of: Field<T>): Field<ReadonlyMap<string, Exclude<T, undefined>>> {
  return {form: 'map', of}
}

/** A message field; a function names the schema where messages hold each other. */
export function one<T extends Read>(schema: Schema<T> | (() => Schema<T>)): Field<T | undefined> {
  return {form: 'message', schema: typeof schema === 'function' ? schema : () => schema}
}

/** Describes a message. */
export function message<F extends Fields>(name: string, fields: F): Schema<MessageOf<F>> {
  return {name, fields}
}

/** What an Any holds, if it is of that type. */
export function unpack<T extends Read>(holder: Packed | undefined, schema: Schema<T>): T | undefined {
  return holder?.type === schema.name ? (holder.message as T | undefined) : undefined
}

const STATS = 'names statistics'
const LOGS = 'writes logs'
const TRACING = 'reports traces'
/** Reasons that recur. */
export const WHY = {
  stats: STATS,
  logs: LOGS,
  tracing: TRACING,
  response: 'changes the response only',
  upstreamRequest: 'changes headers the upstream sees, which nothing here reads',
  buffers: 'sizes buffers',
  sockets: 'tunes sockets',
  xds: 'says where configuration came from',
  name: 'a label for people',
} as const
