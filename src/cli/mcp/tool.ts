import type {PodRef} from '../../model/kube/kube-object.js'
import type {Report} from '../../reports/report.js'
import type {View} from '../../reports/view.js'
import type {Source} from '../../sources/source.js'
import {resolveSubject} from '../../sources/subject.js'

/** What a tool may be given: texts only, each checked against the tool's own fields. */
export type ToolInput = Readonly<Record<string, string>>

export interface ToolContext {
  readonly source: Source
  readonly istioNamespace: string
  readonly version: string
}

/** A report as data with what could not be read. */
export interface ToolAnswer {
  readonly report: Report
  readonly data: unknown
}

/** A question of meshctl as a tool: it reads and never changes anything. */
export interface Tool {
  readonly name: string
  /** The command that prints the same. */
  readonly command: string
  readonly description: string
  /** Its fields by name, with what each means. */
  readonly fields: Readonly<Record<string, string>>
  readonly required: readonly string[]
  run(context: ToolContext, input: ToolInput): Promise<ToolAnswer>
}

/** What the fields mean that several tools have. */
export const NAMESPACE = 'namespace; every namespace when left out'
export const POD = 'pod, pod.namespace, or a workload such as deploy/reviews-v1'

/** A report with what its command prints with -o json. */
export function shown<R extends Report>(report: R, view: View<R>): ToolAnswer {
  return {report, data: view.data(report)}
}

/** The pod that the fields of a tool name. */
export async function podOf({source}: ToolContext, {pod, namespace}: ToolInput): Promise<PodRef> {
  return (await resolveSubject(source, {name: pod, namespace})).pod
}
