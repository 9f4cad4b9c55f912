import type {ContainerFacts, ContainerNetwork} from '../../model/kube/container-facts.js'
import {at, flagOf, isObject, numberOf, objectOf, textMapOf, textOf, textsOf} from '../decode.js'

function networkOf(mode: string): ContainerNetwork {
  if (mode === 'host') return {kind: 'host'}
  return mode.startsWith('container:') ? {kind: 'shared', with: mode.slice('container:'.length)} : {kind: 'own'}
}

/** The moment Docker writes for "never" is not a moment. */
function moment(text: string | undefined): string | undefined {
  return text === undefined || text.startsWith('0001-') ? undefined : text
}

function portsOf(entry: unknown): ContainerFacts['ports'] {
  const names = new Set([
    ...Object.keys(objectOf(entry, 'Config', 'ExposedPorts') ?? {}),
    ...Object.keys(objectOf(entry, 'HostConfig', 'PortBindings') ?? {}),
  ])
  return [...names].flatMap(name => {
    const [, port, protocol = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(name) ?? []
    return port === undefined ? [] : [{port: Number(port), protocol: protocol === 'udp' ? 'UDP' : 'TCP'}]
  })
}

/** `NAME=VALUE` lists as they are in Config.Env. */
function variablesOf(entry: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    textsOf(at(entry, 'Config'), 'Env').map(text => {
      const cut = text.indexOf('=')
      return cut < 0 ? [text, ''] : [text.slice(0, cut), text.slice(cut + 1)]
    }),
  )
}

function readContainer(entry: unknown): ContainerFacts | undefined {
  const name = (textOf(entry, 'Name') ?? '').replace(/^\//, '')
  if (!isObject(entry) || name === '') return undefined
  const host = at(entry, 'HostConfig')
  const state = at(entry, 'State')
  const pid = numberOf(state, 'Pid')
  const labels = textMapOf(entry, 'Config', 'Labels')
  const service = labels['com.docker.compose.service'] ?? labels['io.podman.compose.service']
  return {
    id: textOf(entry, 'Id'),
    name,
    alsoKnownAs: service === undefined ? [] : [service],
    image: textOf(entry, 'Config', 'Image') ?? textOf(entry, 'ImageName') ?? '',
    command: [textOf(entry, 'Path') ?? '', ...textsOf(entry, 'Args')].filter(word => word !== ''),
    user: textOf(entry, 'Config', 'User') === '' ? undefined : textOf(entry, 'Config', 'User'),
    addedCapabilities: textsOf(host, 'CapAdd').map(cap => cap.replace(/^CAP_/, '')),
    droppedCapabilities: textsOf(host, 'CapDrop'),
    privileged: flagOf(host, 'Privileged') ?? false,
    ports: portsOf(entry),
    variables: variablesOf(entry),
    network: networkOf(textOf(host, 'NetworkMode') ?? ''),
    status: {
      running: flagOf(state, 'Running') ?? false,
      pid: pid === undefined || pid === 0 ? undefined : pid,
      restarts: numberOf(entry, 'RestartCount') ?? 0,
      exitCode: numberOf(state, 'ExitCode'),
      startedAt: moment(textOf(state, 'StartedAt')),
      finishedAt: moment(textOf(state, 'FinishedAt')),
      oomKilled: flagOf(state, 'OOMKilled') ?? false,
    },
  }
}

/** Containers of `docker inspect` and `podman inspect` (Docker Engine API, GET /containers/{id}/json); anything else is left out. */
export function readInspect(value: unknown): readonly ContainerFacts[] {
  return (Array.isArray(value) ? value : [value]).map(readContainer).filter(container => container !== undefined)
}

/** True for what `docker inspect` or `podman inspect` prints of containers. */
export function isInspect(value: unknown): boolean {
  const entries = Array.isArray(value) ? value : [value]
  const isContainer = (entry: unknown) =>
    objectOf(entry, 'HostConfig') !== undefined && objectOf(entry, 'State') !== undefined
  return entries.length > 0 && entries.every(isContainer)
}
