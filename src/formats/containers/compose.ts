import type {ContainerFacts, ContainerNetwork} from '../../model/kube/container-facts.js'
import {at, isObject, type JsonObject, listOf, textOf, textsOf} from '../decode.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'
import {splitWords} from '../netfilter/words.js'

/** A line that begins a service in a fragment of a compose file: a name alone. */
const NAME_LINE = /^([ \t]*)([A-Za-z0-9][\w.-]*):\s*$/
/** Fields that only services of compose have together (Compose Specification, services). */
const FIELD = /^[ \t]+(?:image|network_mode|cap_add|entrypoint|depends_on|container_name|restart):/

/** True for a text that is a compose file or quotes services of one. */
export function isCompose(text: string): boolean {
  if (/^[ \t]*apiVersion[ \t]*:/m.test(text))
    return /^[ \t]+network_mode[ \t]*:[ \t]*["']?(?:container|service):/m.test(text)
  if (/^services[ \t]*:[ \t]*$/m.test(text) && /^[ \t][^#\n]*\b(?:image|build)[ \t]{0,20}:/m.test(text)) return true
  const service = /^[ \t]+(?:image|build)[ \t]*:/m.test(text)
  const only = /^[ \t]+(?:network_mode|cap_add|container_name|depends_on|entrypoint)[ \t]*:/m.test(text)
  return service && only
}

/** The services quoted in a text that is not whole YAML: each by its own lines, so that one that is cut does not hide the others. */
function fragments(text: string): Readonly<Record<string, unknown>> {
  const lines = text.split(/\r?\n/)
  const found = new Map<string, unknown>()
  for (let index = 0; index < lines.length; index += 1) {
    const [, indent, name] = NAME_LINE.exec(lines[index] ?? '') ?? []
    if (indent === undefined || name === undefined) continue
    let end = index + 1
    while (
      end < lines.length &&
      (lines[end] ?? '').startsWith(indent) &&
      /^[ \t]+\S/.test((lines[end] ?? '').slice(indent.length))
    )
      end += 1
    const body = lines.slice(index + 1, end)
    if (!body.some(line => FIELD.test(line))) continue
    if (body.some(line => NAME_LINE.test(line) && FIELD.test(body[body.indexOf(line) + 1] ?? ''))) continue
    found.set(name, parseYamlText(body.join('\n')))
    index = end - 1
  }
  return Object.fromEntries(found)
}

function words(value: unknown): readonly string[] {
  if (typeof value === 'string') return splitWords(value)
  return Array.isArray(value) ? value.map(String) : []
}

function networkOf(mode: string | undefined): ContainerNetwork {
  if (mode === 'host') return {kind: 'host'}
  const [, shared] = /^(?:service|container):(.+)$/.exec(mode ?? '') ?? []
  return shared === undefined ? {kind: 'own'} : {kind: 'shared', with: shared}
}

function portNumber(value: unknown): {readonly port: number; readonly protocol: 'TCP' | 'UDP'} | undefined {
  const text = isObject(value)
    ? `${String(at(value, 'target') ?? '')}/${textOf(value, 'protocol') ?? 'tcp'}`
    : String(value)
  const [, port, protocol] = /(?:^|:)(\d{1,5})(?:-\d+)?(?:\/(tcp|udp))?$/.exec(text) ?? []
  return port === undefined ? undefined : {port: Number(port), protocol: protocol === 'udp' ? 'UDP' : 'TCP'}
}

function variablesOf(value: unknown): Readonly<Record<string, string>> {
  if (Array.isArray(value))
    return Object.fromEntries(
      value.map(each => [String(each).split('=')[0] ?? '', String(each).split('=').slice(1).join('=')]),
    )
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, String(each ?? '')]))
    : {}
}

/** Names compose gives the containers of a service: `PROJECT_SERVICE_1` and, since version 2, `PROJECT-SERVICE-1`. */
function defaultNames(service: string, references: readonly string[]): readonly string[] {
  const ends = [`_${service}_1`, `-${service}-1`]
  return references.filter(name => ends.some(end => name.endsWith(end)))
}

function readService(name: string, service: JsonObject, references: readonly string[]): ContainerFacts {
  const user = at(service, 'user')
  const container = textOf(service, 'container_name')
  return {
    name,
    alsoKnownAs: [...(container === undefined ? [] : [container]), ...defaultNames(name, references)],
    image: textOf(service, 'image') ?? '',
    command: [...words(at(service, 'entrypoint')), ...words(at(service, 'command'))],
    user: user === undefined || user === null ? undefined : String(user),
    addedCapabilities: textsOf(service, 'cap_add').map(cap => cap.replace(/^CAP_/, '')),
    droppedCapabilities: textsOf(service, 'cap_drop'),
    privileged: at(service, 'privileged') === true,
    ports: [...listOf(service, 'ports'), ...listOf(service, 'expose')]
      .map(portNumber)
      .filter(port => port !== undefined),
    variables: variablesOf(at(service, 'environment')),
    network: networkOf(textOf(service, 'network_mode') ?? textOf(service, 'net')),
  }
}

/** The services of a compose file (Compose Specification; version 1 had no `services`), or of pieces of one among other text. */
export function readCompose(text: string): readonly ContainerFacts[] {
  const whole = parseYamlText(text)
  const top = isObject(whole) ? whole : {}
  const named = isObject(top.services) ? top.services : top
  const services = Object.entries(named).filter((pair): pair is [string, JsonObject] => isObject(pair[1]))
  const read = services.filter(([, service]) =>
    ['image', 'build', 'network_mode', 'entrypoint'].some(key => service[key] !== undefined),
  )
  const found =
    read.length > 0
      ? read
      : Object.entries(fragments(text)).filter((pair): pair is [string, JsonObject] => isObject(pair[1]))
  const references = found.flatMap(([, service]) => {
    const network = networkOf(textOf(service, 'network_mode'))
    return network.kind === 'shared' ? [network.with] : []
  })
  return found.map(([name, service]) => readService(name, service, references))
}

/** The line a service begins on, counted from 1; undefined when the text has no such line. */
export function lineOfService(text: string, name: string): number | undefined {
  const at = text
    .split(/\r?\n/)
    .findIndex(line => /^[ \t]*["']?([A-Za-z0-9][\w.-]*)["']?:(?:\s|$)/.exec(line)?.[1] === name)
  return at < 0 ? undefined : at + 1
}
