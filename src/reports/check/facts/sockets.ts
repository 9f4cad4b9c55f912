import {readSockets, unreadSockets} from '../../../evidence/pod/sockets.js'
import {type Answer, missing} from '../../../model/answer.js'
import type {Facts} from '../../../rules/facts.js'
import {cannotVisit, type PodContext, refOf} from './context.js'

/** The pod's listening sockets, whole: rules conclude from what is not among them, which lines that cannot be read forbid. */
export async function sockets(context: PodContext): Promise<Answer<Facts['sockets']>> {
  const barred = cannotVisit(context, 'sockets')
  if (barred !== undefined) return barred
  const answer = await readSockets(context.run.source, refOf(context.workload.pod))
  const unread = answer.ok ? unreadSockets(answer.value) : undefined
  return unread === undefined ? answer : missing(unread.what, unread.reason, unread.detail)
}
