import {definedFields} from '../../model/collections/defined-fields.js'
import type {CapturedPacket} from '../../model/evidence/tool-output.js'

const PACKET = /\bIP6? ([0-9a-fA-F.:]+)\.(\d+) > ([0-9a-fA-F.:]+)\.(\d+): Flags \[([A-Z.]*)\](.*)$/
/** With -e the line has link addresses and `ethertype IPv4` in place of IP. */
const WITH_LINK =
  /ethertype IPv[46] .*?length \d+: ([0-9a-fA-F.:]+)\.(\d+) > ([0-9a-fA-F.:]+)\.(\d+): Flags \[([A-Z.]*)\](.*)$/

/** Reads the TCP packets in tcpdump's text (tcpdump(1)); other lines are left out. */
export function parsePackets(text: string): readonly CapturedPacket[] {
  return text.split('\n').flatMap(whole => {
    const line = whole.slice(0, 1000)
    const [, from, fromPort, to, toPort, flags = '', rest = ''] = PACKET.exec(line) ?? WITH_LINK.exec(line) ?? []
    if (from === undefined || to === undefined) return []
    const http = /HTTP: ((?:[A-Z]{3,8} \S+ HTTP|HTTP)\/[\d.]+.{0,60})/.exec(rest)?.[1]
    return [{from: `${from}:${fromPort}`, to: `${to}:${toPort}`, flags, ...definedFields({http})}]
  })
}
