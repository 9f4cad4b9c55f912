import {groupedBy} from '../../model/collections/grouped-by.js'
import type {Process} from '../../model/kernel/process.js'
import type {ContainerFacts} from '../../model/kube/container-facts.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {processRole} from '../process-role.js'
import {podOfContainers} from './pod-of-containers.js'

/** Processes of an application by the user they run as: without containers, that is what the kernel rules tell apart. */
function byUser(processes: readonly Process[]): readonly ContainerFacts[] {
  const groups = groupedBy(processes, ({uid, user}) => (uid === undefined ? (user ?? '?') : String(uid)))
  return [...groups].map(([owner, own]) => {
    const [first] = own
    const program = (first?.command.split(' ')[0] ?? 'process').split('/').at(-1) ?? 'process'
    return facts(
      own.length === 1 ? program : `${program} and ${own.length - 1} more processes of user ${owner}`,
      [],
      owner,
    )
  })
}

function facts(name: string, command: readonly string[], user: string): ContainerFacts {
  return {
    name,
    alsoKnownAs: [],
    image: '',
    command,
    user: /^\d+$|^root$|^istio-proxy$/.test(user) ? user : undefined,
    addedCapabilities: [],
    droppedCapabilities: [],
    privileged: false,
    ports: [],
    variables: {},
    network: {kind: 'own'},
    status: {running: true, restarts: 0, oomKilled: false},
  }
}

/** The processes of one network namespace in the form of a pod: the agent or Envoy as its proxy, all others by user. */
export function podOfProcesses(name: string, processes: readonly Process[]): KubeObject {
  const named = processes.map(process => ({process, role: processRole(process)}))
  const mesh = named.filter(({role}) => role.kind === 'agent' || role.kind === 'envoy')
  const best = mesh.find(({role}) => role.kind === 'agent') ?? mesh[0]
  const apps = named.filter(({role}) => role.kind === 'app').map(({process}) => process)
  const owner = best === undefined ? undefined : (best.process.uid ?? best.process.user)
  const proxy = best === undefined ? [] : [facts('istio-proxy', best.process.command.split(' '), String(owner ?? ''))]
  return podOfContainers('process group', {name, containers: [...proxy, ...byUser(apps)]})
}
