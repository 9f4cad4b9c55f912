import {definedFields} from '../../model/collections/defined-fields.js'
import type {ForeignAccess} from '../../model/envoy/log-line.js'
import {type JsonObject, numberOf, textOf} from '../decode.js'

/** An entry of an Application Load Balancer (AWS, "Access logs for your Application Load Balancer"): type, time, name, client, target, three times, two statuses. */
const ALB =
  /(?:^|\s)(?:https?|h2|grpcs|wss?) \d{4}-\d\d-\d\dT[\d:.]+Z \S+ [\d.:a-f\][]+:\d+ (\S+) (-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (\d{3}|-) (\d{3}|-) \d+ \d+ "([^"]*)"/

const ALB_START = /(?:^|\s)(?:https?|h2|grpcs|wss?) \d{4}-\d\d-\d\dT[\d:.]+Z app\//

/** True for a line that begins as one of a load balancer: its statuses are not those of a proxy, also where it is cut. */
export function isBalancerLine(line: string): boolean {
  return ALB_START.test(line)
}

function given(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text === '-' || text === 'unknown' ? undefined : text
}

/** Reads a line of the access log of a load balancer in front of the mesh; undefined for other lines. */
export function parseBalancerLine(line: string): ForeignAccess | undefined {
  const [, target, before, within, , code, targetCode, request] = ALB.exec(line) ?? []
  if (code === undefined) return undefined
  return {
    kind: 'foreign',
    by: 'load balancer',
    code,
    ...definedFields({
      target: given(target),
      targetCode: given(targetCode),
      request: given(request),
      dispatched: Number(before) >= 0,
      seconds: Number(within) >= 0 ? Number(within) : undefined,
    }),
  }
}

/** Reads an entry of Mixer's log of requests (Istio 1.0 to 1.7, "Collecting Logs": instance logentry); undefined for other records. */
export function mixerFromJson(json: JsonObject): ForeignAccess | undefined {
  const instance = textOf(json, 'instance') ?? ''
  const code = numberOf(json, 'responseCode')
  if (!/logentry/i.test(instance) || code === undefined || textOf(json, 'reporter') === undefined) return undefined
  return {
    kind: 'foreign',
    by: 'Mixer',
    code: String(code),
    ...definedFields({
      request: given([textOf(json, 'method'), textOf(json, 'url')].filter(part => part !== undefined).join(' ')),
      target: given(textOf(json, 'destinationServiceHost')) ?? given(textOf(json, 'destinationName')),
      host: given(textOf(json, 'httpAuthority')),
      flags: given(textOf(json, 'responseFlags')),
    }),
  }
}
