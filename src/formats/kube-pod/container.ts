import {definedFields} from '../../model/collections/defined-fields.js'
import {isServerVariable} from '../../model/kernel/network-clients.js'
import type {
  Container,
  ContainerPort,
  ContainerRole,
  ContainerState,
  Probe,
  ProbeHandler,
  SecuritySettings,
} from '../../model/kube/pod.js'
import {at, field, flagOf, listOf, numberOf, objectOf, textOf, textsOf} from '../decode.js'

/** Names of containers injection adds (Istio's injection templates); everything else belongs to the application. */
const INJECTED = new Set(['istio-proxy', 'istio-init', 'istio-validation', 'enable-core-dump'])
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const
const HANDLERS: readonly ProbeHandler[] = ['httpGet', 'tcpSocket', 'grpc', 'exec']

/** The security fields of a container or pod (kubernetes.io, SecurityContext v1 and PodSecurityContext v1). */
export function readSecurity(owner: unknown): SecuritySettings {
  const context = objectOf(owner, 'securityContext')
  const runAsUser = numberOf(context, 'runAsUser')
  const runAsGroup = numberOf(context, 'runAsGroup')
  const runAsNonRoot = flagOf(context, 'runAsNonRoot')
  const privileged = flagOf(context, 'privileged')
  const seccompProfile = textOf(context, 'seccompProfile', 'type')
  const fsGroup = numberOf(context, 'fsGroup')
  return {
    runAsUser,
    runAsGroup,
    runAsNonRoot,
    privileged,
    seccompProfile,
    fsGroup,
    supplementalGroups: listOf(context, 'supplementalGroups').filter(each => typeof each === 'number'),
    addedCapabilities: textsOf(context, 'capabilities', 'add').map(name => name.replace(/^CAP_/, '')),
    droppedCapabilities: textsOf(context, 'capabilities', 'drop').map(name => name.replace(/^CAP_/, '')),
  }
}

function portOf(entry: unknown, path: string): ContainerPort | undefined {
  const port = numberOf(entry, 'containerPort')
  if (port === undefined) return undefined
  const name = textOf(entry, 'name')
  const protocol = PROTOCOLS.find(each => each === textOf(entry, 'protocol')) ?? 'TCP'
  const hostPort = numberOf(entry, 'hostPort')
  return {
    name,
    port,
    protocol,
    hostPort,
    path: `${path}.containerPort`,
  }
}

function handlerOf(owner: unknown, kind: Probe['kind'], path: string): Probe | undefined {
  const handler = HANDLERS.find(each => objectOf(owner, each) !== undefined)
  if (handler === undefined) return undefined
  const port = at(owner, handler, 'port')
  const host = textOf(owner, handler, 'host')
  return {
    kind,
    handler,
    ...definedFields({port: typeof port === 'number' || typeof port === 'string' ? port : undefined}),
    host,
    ...(handler === 'httpGet'
      ? {
          scheme: textOf(owner, handler, 'scheme') === 'HTTPS' ? 'HTTPS' : 'HTTP',
          httpPath: textOf(owner, handler, 'path'),
        }
      : {}),
    command: textsOf(owner, handler, 'command'),
    path: `${path}.${handler}`,
  }
}

function probesOf(entry: unknown, path: string): readonly Probe[] {
  return [
    handlerOf(field(entry, 'livenessProbe'), 'liveness', `${path}.livenessProbe`),
    handlerOf(field(entry, 'readinessProbe'), 'readiness', `${path}.readinessProbe`),
    handlerOf(field(entry, 'startupProbe'), 'startup', `${path}.startupProbe`),
    handlerOf(at(entry, 'lifecycle', 'postStart'), 'postStart', `${path}.lifecycle.postStart`),
    handlerOf(at(entry, 'lifecycle', 'preStop'), 'preStop', `${path}.lifecycle.preStop`),
  ].filter(probe => probe !== undefined)
}

function stateOf(status: unknown): ContainerState | undefined {
  if (objectOf(status) === undefined) return undefined
  const state = (['running', 'waiting', 'terminated'] as const).find(
    each => objectOf(status, 'state', each) !== undefined,
  )
  const now = state === undefined ? undefined : objectOf(status, 'state', state)
  const last = objectOf(status, 'lastState', 'terminated')
  const reason = textOf(now, 'reason')
  const message = textOf(now, 'message')
  const exitCode = numberOf(now, 'exitCode')
  const lastReason = textOf(last, 'reason')
  const lastExitCode = numberOf(last, 'exitCode')
  const lastMessage = textOf(last, 'message')
  const startedAt = textOf(now, 'startedAt')
  const lastFinishedAt = textOf(last, 'finishedAt')
  return {
    ready: flagOf(status, 'ready') ?? false,
    restarts: numberOf(status, 'restartCount') ?? 0,
    state: state ?? 'unknown',
    reason,
    message,
    exitCode,
    lastReason,
    lastExitCode,
    ...definedFields({lastMessage}),
    startedAt,
    lastFinishedAt,
  }
}

function environment(entry: unknown): Readonly<Record<string, string>> {
  const pairs = listOf(entry, 'env').map(each => [textOf(each, 'name') ?? '', textOf(each, 'value')] as const)
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined))
}

/** The literal variables that the command refers to, or that clients read their server from. */
function serverVariables(entry: unknown): Readonly<Record<string, string>> {
  if (listOf(entry, 'env').length === 0) return {}
  const text = [...textsOf(entry, 'command'), ...textsOf(entry, 'args')].join(' ')
  return Object.fromEntries(Object.entries(environment(entry)).filter(([name]) => isServerVariable(name, text)))
}

/** One container of a list of the pod spec, with its state when the pod exists; of an application's environment only what its command or a client needs to find its server. */
export function readContainer(entry: unknown, role: ContainerRole, path: string, status: unknown): Container {
  const name = textOf(entry, 'name') ?? ''
  const injected = INJECTED.has(name)
  const state = stateOf(status)
  const native = role === 'init' && textOf(entry, 'restartPolicy') === 'Always'
  return {
    name,
    role: native ? 'native-sidecar' : role,
    image: textOf(entry, 'image') ?? '',
    command: textsOf(entry, 'command'),
    args: textsOf(entry, 'args'),
    env: injected ? environment(entry) : {},
    variables: injected ? {} : serverVariables(entry),
    ports: listOf(entry, 'ports')
      .map((port, index) => portOf(port, `${path}.ports[${index}]`))
      .filter(port => port !== undefined),
    security: readSecurity(entry),
    probes: probesOf(entry, path),
    mounts: listOf(entry, 'volumeMounts').map(mount => ({
      volume: textOf(mount, 'name') ?? '',
      path: textOf(mount, 'mountPath') ?? '',
    })),
    state,
    path,
    injected,
  }
}

/** True when injection adds a container of this name. */
export function isInjectedName(name: string): boolean {
  return INJECTED.has(name)
}
