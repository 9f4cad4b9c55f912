import {parseConnections} from '../../../formats/sockets/connections.js'
import {type Answer, answered, missing} from '../../../model/answer.js'
import {FACT_LABELS, type Facts} from '../../../rules/facts.js'
import {type PodContext, refOf} from './context.js'

/** The connections of the pod as its kernel lists them (/proc/net/tcp and tcp6). */
export async function connections({run, workload}: PodContext): Promise<Answer<Facts['connections']>> {
  const answer = await run.source.evidence('net.proc', refOf(workload.pod))
  if (!answer.ok) return answer
  const found = parseConnections(Buffer.from(answer.value.bytes).toString('utf8'))
  return found.listening.length > 0
    ? answered(found)
    : missing(FACT_LABELS.connections, 'unreadable', 'no listener was recognised, and a sidecar always has some')
}
