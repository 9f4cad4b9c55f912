import {parseIpAddresses} from '../../../formats/netfilter/ip-facts.js'
import {type Answer, answered, missing} from '../../../model/answer.js'
import {FACT_LABELS, type Facts} from '../../../rules/facts.js'
import {type PodContext, refOf} from './context.js'

/** The names of the interfaces the pod has now (`ip addr`). */
export async function interfaces({run, workload}: PodContext): Promise<Answer<Facts['interfaces']>> {
  const answer = await run.source.evidence('net.ip-addr', refOf(workload.pod))
  if (!answer.ok) return answer
  const found = parseIpAddresses(Buffer.from(answer.value.bytes).toString('utf8'))
  return found.length > 0
    ? answered(found.map(({name}) => name))
    : missing(FACT_LABELS.interfaces, 'unreadable', 'no interface was recognised')
}
