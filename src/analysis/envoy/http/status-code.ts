import {STATUS_CODES} from 'node:http'
import type {HttpStatus} from '../../../model/envoy/core.js'
import {known, undecided} from '../undecided.js'

/** Codes by the names of type.v3.StatusCode: the words of the phrase run together. */
const CODES: ReadonlyMap<string, number> = new Map([
  ...Object.entries(STATUS_CODES).map(
    ([code, phrase]) => [(phrase ?? '').replace(/[^A-Za-z]/g, ''), Number(code)] as const,
  ),
  ['MultiStatus', 207],
  ['AlreadyReported', 208],
  ['IMUsed', 226],
])

/** The numeric status; config dumps give the enum name. */
export function statusCode(status: HttpStatus | undefined): number | undefined {
  if (status === undefined) return undefined
  const {code, at} = known(status, 'a status')
  if (code === undefined || /^\d+$/.test(code)) return code === undefined ? undefined : Number(code)
  return CODES.get(code) ?? undecided(`status ${code}`, at)
}
