import {parseIp} from '../../model/kernel/ip-address.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {type PathQuestion, type PathReport, pathReport} from '../../reports/trace/path-report.js'
import type {PathFlags} from '../../reports/trace/path-spec.js'
import type {Source} from '../../sources/source.js'
import {resolveSubject} from '../../sources/subject.js'
import {remark} from '../output/streams.js'

type QuestionFlags = PathFlags & {
  readonly namespace?: string | undefined
  readonly istioNamespace: string
  readonly 'all-namespaces'?: boolean | undefined
}

/** Prints which pod was chosen. */
type Say = (text: string) => Promise<void>

/** Resolves a destination such as `deploy/reviews-v1:9080` to a pod; others are unchanged. */
async function destination(source: Source, to: string, flags: QuestionFlags, say: Say): Promise<string> {
  const [, name, port = ''] = /^([a-z]+\/[^/:\s]+)(:\d{1,5})?$/i.exec(to) ?? []
  if (name === undefined) return to
  const subject = await resolveSubject(source, {name, namespace: flags.namespace})
  if (subject.chosen !== undefined) await say(subject.chosen)
  return `${podLabel(subject.pod)}${port}`
}

/** Parses FROM and TO of a request through the mesh; `say` receives the sentence about which pod of a workload was chosen. */
export async function pathQuestion(
  source: Source,
  from: string,
  to: string,
  flags: QuestionFlags,
  say: Say,
): Promise<PathQuestion> {
  const rest = {to: await destination(source, to, flags, say), flags, istioNamespace: flags.istioNamespace}
  if (from === 'ingress') return {...rest, from: {kind: 'ingress'}}
  if (parseIp(from) !== undefined) return {...rest, from: {kind: 'address', ip: from}}
  const target = {name: from, namespace: flags.namespace, allNamespaces: flags['all-namespaces']}
  const subject = await resolveSubject(source, target)
  if (subject.chosen !== undefined) await say(subject.chosen)
  return {...rest, from: {kind: 'pod', pod: subject.pod}}
}

/** Traces FROM TO; prints to standard error which pod of a workload was chosen. */
export async function answerPath(source: Source, from: string, to: string, flags: QuestionFlags): Promise<PathReport> {
  return await pathReport(source, await pathQuestion(source, from, to, flags, remark))
}
