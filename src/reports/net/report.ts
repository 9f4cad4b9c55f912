import {answeredFrom, noted} from '../../evidence/provenance.js'
import {parseIpAddresses, parseIpRoutes, parseIpRules} from '../../formats/netfilter/ip-facts.js'
import {type ProcessRole, processRole} from '../../formats/process-role.js'
import {parseProcesses} from '../../formats/processes.js'
import {type Answer, answered, type Gap, gapSentence, missing} from '../../model/evidence/answer.js'
import {type EvidenceId, evidenceRow} from '../../model/evidence/evidence.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Interface, KernelRoute, RoutingRule} from '../../model/kernel/network-namespace.js'
import type {Process} from '../../model/kernel/process.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {offersHint, optional, type Report} from '../report.js'

/** A process with what it is to the mesh. */
export interface NamedProcess extends Process {
  readonly role: ProcessRole
}

export interface NetReport extends Report {
  readonly subject: PodRef
  readonly interfaces: readonly Interface[]
  readonly routes: readonly KernelRoute[]
  readonly policyRules: readonly RoutingRule[]
  readonly processes: readonly NamedProcess[]
}

async function parsed<T>(
  source: Source,
  subject: PodRef,
  id: EvidenceId,
  read: (text: string) => readonly T[],
): Promise<Answer<readonly T[]>> {
  const answer = await source.evidence(id, subject)
  if (!answer.ok) return answer
  const found = read(Buffer.from(answer.value.bytes).toString('utf8'))
  return found.length > 0
    ? answered(found)
    : missing(evidenceRow(id).title, 'unreadable', 'nothing in it is recognised')
}

async function processesOf(source: Source, subject: PodRef): Promise<Answer<readonly NamedProcess[]>> {
  const answer = await source.evidence('net.processes', subject)
  const read = answer.ok ? parseProcesses(answer.value) : answer
  return read.ok ? answered(read.value.map(each => ({...each, role: processRole(each)}))) : read
}

/** The network namespace of a pod beside its rules and sockets: addresses, routes, policy rules, and the processes in it with what they are. */
export async function netReport(given: Source, subject: PodRef): Promise<NetReport> {
  const source = noted(given)
  const gaps: Gap[] = []
  const [addresses, routes, rules, processes] = await Promise.all([
    parsed(source, subject, 'net.ip-addr', parseIpAddresses),
    parsed(source, subject, 'net.ip-route', parseIpRoutes),
    parsed(source, subject, 'net.ip-rule', parseIpRules),
    processesOf(source, subject),
  ])
  const interfaces = optional(addresses, gaps) ?? []
  const shown = {
    interfaces,
    routes: optional(routes, gaps) ?? [],
    policyRules: optional(rules, gaps) ?? [],
    processes: optional(processes, gaps) ?? [],
  }
  if (Object.values(shown).every(list => list.length === 0)) {
    const [gap] = gaps
    const why = gap === undefined ? '' : `: ${gapSentence(gap)}`
    throw new UserError(`${source.origin.label}: neither addresses, routes nor processes are available${why}`, {
      ...offersHint(source),
      next: source.traits.live ? undefined : 'ps -ef > FILE; ip addr >> FILE; ip route >> FILE; meshctl net -f FILE',
      gap,
    })
  }
  return {...answeredFrom(source), gaps, notes: [], subject, ...shown}
}
