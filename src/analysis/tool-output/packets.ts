import type {CapturedPacket} from '../../model/evidence/tool-output.js'
import {grouped} from './grouped.js'

function unanswered(packets: readonly CapturedPacket[]): readonly string[] {
  const calls = packets.filter(({flags}) => flags === 'S')
  return calls
    .filter(({from}) => !packets.some(each => each.to === from))
    .map(({from, to}) => {
      const tries = calls.filter(each => each.from === from && each.to === to).length
      return `${from} -> ${to}: SYN sent ${tries === 1 ? 'once' : `${tries} times`} and not answered: it is dropped on the way (NetworkPolicy, firewall, security group) or at the host; see whether the same SYN arrives on the other side`
    })
}

/** An answer from an address that was not called is reset by the caller: the replies are not translated back. */
function strayAnswers(packets: readonly CapturedPacket[]): readonly string[] {
  return packets
    .filter(({flags}) => flags === 'S.')
    .flatMap(answer => {
      const called = packets.filter(({flags, from}) => flags === 'S' && from === answer.to).map(({to}) => to)
      const reset = packets.some(
        ({flags, from, to}) => flags.startsWith('R') && from === answer.to && to === answer.from,
      )
      const other = called.find(to => to !== answer.from)
      return reset && other !== undefined
        ? [
            `${answer.to} called ${other} and got the answer from ${answer.from}, so it reset the connection: replies are not translated back (NAT), as when they take another way than the requests`,
          ]
        : []
    })
}

function resets(packets: readonly CapturedPacket[]): readonly string[] {
  return packets
    .filter(({flags}) => flags.startsWith('R'))
    .map(({from, to}) => {
      const answersSyn = packets.some(each => each.flags === 'S' && each.from === to && each.to === from)
      return answersSyn
        ? `${from} reset the connection of ${to}: nothing listens there, or a rule rejects it`
        : `${from} reset the connection to ${to}`
    })
}

function plaintext(packets: readonly CapturedPacket[]): readonly string[] {
  return packets.flatMap(({from, to, http}) =>
    http === undefined || http.startsWith('HTTP/')
      ? []
      : [
          `${from} -> ${to}: plaintext HTTP, not encrypted (${http}). On lo that is the usual way between a sidecar and its application; between pods it means no mTLS: meshctl mtls FROM TO`,
        ],
  )
}

/** What captured packets show: calls without an answer, resets and by whom, answers from elsewhere, plaintext. */
export function packetFindings(packets: readonly CapturedPacket[]): readonly string[] {
  const stray = strayAnswers(packets)
  const found = [...unanswered(packets), ...stray, ...(stray.length > 0 ? [] : resets(packets)), ...plaintext(packets)]
  return found.length === 0
    ? [`${packets.length} TCP packets; no call without an answer, no reset, no plaintext HTTP among them`]
    : grouped(found, 'connections')
}
