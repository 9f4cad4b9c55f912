import {definedFields} from '../../model/collections/defined-fields.js'
import {own} from '../../model/collections/own.js'
import {SIDECAR_PORTS} from '../../model/istio/reserved-ports.js'
import {
  type ContainerFacts,
  type ContainerGroup,
  type ContainerStatus,
  containerNameKey,
  type OutsideKind,
} from '../../model/kube/container-facts.js'
import type {KubeObject} from '../../model/kube/kube-object.js'

/** The part a container plays in the mesh. */
export type ContainerPart = 'proxy' | 'init' | 'app'

/** Users of Istio's images by name; what others mean is in the image (Dockerfiles of proxyv2 and proxy_debug). */
const USERS: Readonly<Record<string, number>> = {root: 0, 'istio-proxy': 1337}

/** The words of a command, those of `sh -c` and `su -c` one by one when they start the agent. */
function wordsOf(command: readonly string[]): readonly string[] {
  return command.flatMap(word => (/\bpilot-agent\b|\bistio-iptables\b/.test(word) ? word.split(/\s+/) : [word]))
}

/** Which part of the mesh a container is, by its command and image. */
export function partOf({image, command}: ContainerFacts): ContainerPart {
  const words = wordsOf(command)
  const runs = (...programs: readonly string[]) => words.some(word => programs.includes(word.split('/').at(-1) ?? ''))
  if (/(?:^|\/)proxy_init(?:[:@]|$)/.test(image) || runs('istio-iptables', 'istio-iptables.sh', 'prepare_proxy.sh'))
    return 'init'
  if (runs('pilot-agent', 'envoy')) return 'proxy'
  return /(?:^|\/)(?:proxyv2|proxy_debug|proxytproxy)(?:[:@]|$)|(?:^|\/)envoyproxy\/envoy(?:-\w+)*(?:[:@]|$)/.test(
    image,
  )
    ? 'proxy'
    : 'app'
}

function securityOf(container: ContainerFacts): Readonly<Record<string, unknown>> {
  const [user = '', group] = (container.user ?? '').split(':')
  const uid = /^\d+$/.test(user) ? Number(user) : own(USERS, user)
  const dropped = container.droppedCapabilities.map(name => name.toUpperCase().replace(/^CAP_/, ''))
  // NET_RAW is among the default capabilities of Docker and Podman; Kubernetes manifests name it by themselves.
  const raw = dropped.includes('ALL') || dropped.includes('NET_RAW') ? [] : ['NET_RAW']
  return {
    runAsUser: uid,
    runAsGroup: group !== undefined && /^\d+$/.test(group) ? Number(group) : undefined,
    privileged: container.privileged,
    capabilities: {add: [...container.addedCapabilities, ...raw], drop: dropped},
  }
}

function stateOf(name: string, status: ContainerStatus | undefined): Readonly<Record<string, unknown>> | undefined {
  if (status === undefined) return undefined
  const ended = {
    exitCode: status.exitCode,
    finishedAt: status.finishedAt,
    reason: status.oomKilled ? 'OOMKilled' : status.exitCode === 0 ? 'Completed' : 'Error',
  }
  return {
    name,
    ready: status.running,
    restartCount: status.restarts,
    state: status.running ? {running: {startedAt: status.startedAt}} : {terminated: ended},
  }
}

function names(containers: readonly ContainerFacts[]): ReadonlyMap<ContainerFacts, string> {
  const taken = new Set<string>()
  return new Map(
    containers.map(container => {
      const part = partOf(container)
      const wanted = part === 'proxy' ? 'istio-proxy' : part === 'init' ? 'istio-init' : container.name
      const name = taken.has(wanted) ? container.name : wanted
      taken.add(name)
      return [container, name]
    }),
  )
}

/** The name under which the container is in the pod: the mesh's own have Istio's names. */
export function podNames(group: ContainerGroup): ReadonlyMap<string, ContainerFacts> {
  return new Map([...names(group.containers)].map(([container, name]) => [name, container]))
}

/**
 * Containers that share a network namespace, in the form of a pod of Kubernetes, so that the same questions can be asked of them. It is owned by a
 * workload of one of `OUTSIDE_KINDS`; with the status of containers it is an existing pod, without it a template.
 */
export function podOfContainers(kind: OutsideKind, group: ContainerGroup): KubeObject {
  const called = names(group.containers)
  const reserved = new Set(SIDECAR_PORTS.map(({port}) => port))
  const hasProxy = group.containers.some(each => partOf(each) === 'proxy')
  const entry = (container: ContainerFacts) => {
    const part = partOf(container)
    return {
      name: called.get(container),
      image: container.image,
      args: wordsOf(container.command),
      securityContext: securityOf(container),
      // Ports of the proxy are published by the container whose network it shares.
      ports: container.ports
        .filter(({port}) => part !== 'app' || !hasProxy || !reserved.has(port))
        .map(({port, protocol}) => ({containerPort: port, protocol})),
      env: part === 'app' ? [] : Object.entries(container.variables).map(([name, value]) => ({name, value})),
    }
  }
  const init = group.containers.filter(each => partOf(each) === 'init')
  const rest = group.containers.filter(each => partOf(each) !== 'init')
  const states = (list: readonly ContainerFacts[]) =>
    list.map(each => stateOf(called.get(each) ?? each.name, each.status)).filter(state => state !== undefined)
  const known = group.containers.some(({status}) => status !== undefined)
  const running = rest.some(({status}) => status?.running === true)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: group.name,
      annotations: Object.fromEntries([...called].map(([{name}, inPod]) => [containerNameKey(inPod), name])),
      ownerReferences: [{apiVersion: 'meshctl/v1', kind, name: group.name, controller: true}],
    },
    spec: {
      hostNetwork: group.containers.some(({network}) => network.kind === 'host'),
      initContainers: init.map(entry),
      containers: rest.map(entry),
    },
    ...definedFields({
      status: known
        ? {
            phase: running ? 'Running' : 'Failed',
            conditions: [
              {type: 'Ready', status: rest.every(({status}) => status?.running !== false) ? 'True' : 'False'},
            ],
            containerStatuses: states(rest),
            initContainerStatuses: states(init),
          }
        : undefined,
    }),
  }
}
