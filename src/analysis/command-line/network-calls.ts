import {definedFields} from '../../model/collections/defined-fields.js'
import {own} from '../../model/collections/own.js'
import {NETWORK_CLIENTS, type NetworkClient} from '../../model/kernel/network-clients.js'
import {programName, simpleCommands} from './shell-commands.js'

/** A connection that a command opens. */
export interface NetworkCall {
  /** The program as it was called. */
  readonly program: string
  /** The server, without a port; absent where the command does not name it. */
  readonly host?: string
  readonly port?: number
  /** Where the server is: in the pod itself, elsewhere, or unknown. */
  readonly where: 'own' | 'remote' | 'unknown'
}

/** What a container runs. */
export interface RunCommand {
  readonly image: string
  readonly command: readonly string[]
  readonly args: readonly string[]
  /** Variables of its environment whose values are known. */
  readonly variables: Readonly<Record<string, string>>
}

const URL = /\b([a-z][a-z0-9+.-]{0,20}):\/\/(?:[^\s/]*@)?(\[[^\]\s]+\]|[^\s/:"'?,@]+)(?::(\d+))?/gi
const DEVICE = /\/dev\/tcp\/([^/\s]+)\/([^/\s;]+)/
const ADDRESS = /^(\[[^\]]+\]|[^\s:/=]+):(\d+)(?:[/?].*)?$/
const HOST_ALONE = /^[\w.$[\]{}:-]+$/
const OWN = /^(localhost|127\.[\d.]+|\[?::1\]?|0\.0\.0\.0)$/
const PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ssh: 22,
  redis: 6379,
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  mongodb: 27017,
  amqp: 5672,
}
/** Schemes that name no host: files, and buckets of object stores. */
const NO_HOST = /^(file|s3|gs|gcs|oci|unix|docker)$/i

interface Server {
  readonly host: string
  readonly port?: number
}

function urlServers(text: string): readonly Server[] {
  return [...text.matchAll(URL)]
    .filter(([, scheme = '']) => !NO_HOST.test(scheme))
    .map(([, scheme = '', host = '', port]) => ({
      host,
      port: port === undefined ? own(PORTS, scheme.toLowerCase()) : Number(port),
    }))
}

function addressServer(text: string | undefined): Server | undefined {
  if (text === undefined || text === '') return undefined
  const [url] = urlServers(text)
  if (url !== undefined) return url
  const [, host, port] = ADDRESS.exec(text) ?? []
  if (host !== undefined) return {host, port: Number(port)}
  // A connection string of another form may hold a password.
  return HOST_ALONE.test(text) ? {host: text} : undefined
}

/** The value of the first of the flags: the next word, after `=`, or joined to a flag of one letter. */
function flagValue(words: readonly string[], flags: readonly string[] = []): string | undefined {
  for (const [index, word] of words.entries()) {
    if (flags.includes(word)) return words[index + 1]
    const flag = flags.find(
      each => word.startsWith(`${each}=`) || (/^-\w$/.test(each) && word.startsWith(each) && word.length > 2),
    )
    if (flag !== undefined) return word.slice(flag.length).replace(/^=/, '')
  }
  return undefined
}

/** The first argument that is a host, with its port or followed by one. */
function positionalServer(words: readonly string[]): Server | undefined {
  for (const [index, word] of words.entries()) {
    if (word.startsWith('-') || word === '') continue
    if (ADDRESS.test(word)) return addressServer(word)
    if (/^\d+$/.test(word)) continue
    const next = words[index + 1] ?? ''
    if (/^[\w.$[\]{}:-]+$/.test(word) && (/^\d+$/.test(next) || next.startsWith('$')))
      return {host: word, port: Number(next) || undefined}
  }
  return undefined
}

function serversOf(
  client: NetworkClient,
  words: readonly string[],
  variables: RunCommand['variables'],
): readonly Server[] {
  const flagged = addressServer(flagValue(words, client.hostFlags))
  const port = Number(flagValue(words, client.portFlags)) || client.port
  if (flagged !== undefined)
    return [{port, ...flagged, ...definedFields({port: flagged.port === undefined ? port : undefined})}]
  const urls = words.flatMap(urlServers)
  if (urls.length > 0) return urls
  const named = client.positional === true ? positionalServer(words) : undefined
  if (named !== undefined) return [named]
  const variable = (client.variables ?? []).map(name => variables[name]).find(value => value !== undefined)
  const server = addressServer(variable)
  return server === undefined ? [] : [{port, ...server}]
}

function whereIs(host: string, own: readonly string[]): NetworkCall['where'] {
  if (host.includes('$')) return 'unknown'
  return OWN.test(host) || own.includes(host) ? 'own' : 'remote'
}

function callsOf(words: readonly string[], {variables}: RunCommand, own: readonly string[]): readonly NetworkCall[] {
  const [program = '', ...rest] = words
  const name = programName(program)
  const device = words.map(word => DEVICE.exec(word)).find(match => match !== null)
  if (device !== undefined && device !== null) {
    const host = device[1] ?? ''
    return [{program: '/dev/tcp', host, port: Number(device[2]) || undefined, where: whereIs(host, own)}]
  }
  const client = NETWORK_CLIENTS.find(({programs}) => programs.test(name))
  if (client === undefined || (client.when !== undefined && !rest.some(word => client.when?.test(word)))) return []
  const servers = serversOf(client, rest, variables)
  if (servers.length > 0) return servers.map(({host, port}) => ({program: name, host, port, where: whereIs(host, own)}))
  if (
    client.unnamed === 'local' ||
    (client.positional === true && rest.every(word => /^--?(version|help|V|h)$/.test(word)) && rest.length > 0)
  )
    return []
  return [{program: name, port: client.port, where: client.unnamed}]
}

/** The connections a container opens by what it runs: its command, else the program its image is made for; `own` are the pod's addresses. */
export function networkCalls(run: RunCommand, own: readonly string[]): readonly NetworkCall[] {
  const image = (run.image.split('/').at(-1) ?? '').replace(/[:@].*$/, '')
  const client = run.command.length > 0 ? undefined : NETWORK_CLIENTS.find(({images}) => images?.test(image))
  const entry = client === undefined ? [] : [image]
  const isProgram = client?.programs.test(image) === true
  const argv = [...(client === undefined || SHELL.test(run.args[0] ?? '') ? [] : entry), ...run.command, ...run.args]
  const calls = simpleCommands(argv, run.variables).flatMap(words => callsOf(words, run, own))
  if (client === undefined) return calls
  // The image is made for it: a server that the command does not name is elsewhere.
  if (calls.length > 0)
    return calls.map(call =>
      call.host === undefined && call.where === 'unknown' ? {...call, where: 'remote' as const} : call,
    )
  return isProgram && run.args.length > 0 && client.when !== undefined
    ? []
    : [{program: image, port: client.port, where: client.unnamed === 'local' ? 'own' : 'remote'}]
}

const SHELL = /^(\/\S+\/)?(sh|bash|ash)$/
