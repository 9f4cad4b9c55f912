import {podOfSockets, podsOfContainers} from '../../formats/containers/outside-pods.js'
import {podOfProcesses} from '../../formats/containers/pod-of-processes.js'
import {parseProcesses} from '../../formats/processes.js'
import type {Sniffed} from '../../formats/sniff.js'
import {parseSockets} from '../../formats/sockets/parse.js'
import type {Answer} from '../../model/evidence/answer.js'
import type {Artifact, EvidenceId} from '../../model/evidence/evidence.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {InputFile} from './input-file.js'

/** The workloads without Kubernetes that given files show: containers, else the one whose processes, or owners of sockets, were given. */
export async function outsidePods(
  label: string,
  files: readonly (InputFile & {readonly kinds: readonly Sniffed[]})[],
  evidence: (id: EvidenceId) => Promise<Answer<Artifact>>,
): Promise<readonly KubeObject[]> {
  const pods = files
    .filter(({kinds}) => kinds.includes('containers'))
    .flatMap(({bytes}) => podsOfContainers(Buffer.from(bytes).toString('utf8')))
  if (pods.length > 0) return pods
  const listed = await evidence('net.processes')
  const processes = listed.ok ? parseProcesses(listed.value) : listed
  if (processes.ok) return [podOfProcesses(label, processes.value)]
  const held = files.some(({kinds}) => kinds.includes('net.sockets')) ? await evidence('net.sockets') : undefined
  const sockets = held?.ok === true ? parseSockets(held.value) : undefined
  const pod = sockets?.ok === true ? podOfSockets(label, sockets.value.sockets) : undefined
  return pod === undefined ? [] : [pod]
}
