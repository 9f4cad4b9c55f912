import {nearestNames} from '../../model/text/nearest.js'
import type {HostIndex} from './host-index.js'
import {fullHost} from './host-names.js'

/** More hosts than this are not searched for a similar name. */
const MAX_COMPARED = 500

/** Why a host is not found, in words: what it was completed to, where it is visible, or which host is spelled similarly. */
export function missingHostText({all}: HostIndex, host: string, namespace: string): string {
  const full = fullHost(host, namespace)
  const completed = full === host ? '' : ` (as ${full})`
  const hidden = all.length === 0 ? undefined : all.find(each => each.host === full)
  if (hidden !== undefined) return `${host} is not visible${completed}: exportTo limits it to ${hidden.scope}.`
  const near =
    all.length > MAX_COMPARED
      ? []
      : nearestNames(
          full,
          all.map(each => each.host),
          1,
        )
  return `${host} not found${completed}${near[0] === undefined ? '.' : `; did you mean ${near[0]}?`}`
}
