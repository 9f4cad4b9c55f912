import {commaList} from '../../../model/text/comma-list.js'
import {asciiLower} from '../matching/strings.js'

// Headers that Connection nominates: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1

type HeaderList = readonly (readonly [string, string])[]

/** Tokens that are not names of headers to remove. */
const OPTIONS = new Set(['close', 'keep-alive', 'upgrade', 'http2-settings'])
/** Headers no client may have removed: they tell where a request came from. */
const KEPT = new Set(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'])
const MAX_TOKENS = 10
const MAX_TE = 256

function textOf(headers: HeaderList, wanted: string): string {
  return headers.flatMap(([name, value]) => (name === wanted ? [value] : [])).join(',')
}

/** HTTP/1 headers without those their Connection header nominates; undefined for a request that is refused for it. */
export function withoutNominated(headers: HeaderList): HeaderList | undefined {
  const tokens = commaList(asciiLower(textOf(headers, 'connection')))
  const upgrades = tokens.includes('upgrade') && headers.some(([name]) => name === 'upgrade')
  if (upgrades) return headers
  if (tokens.length >= MAX_TOKENS) return undefined
  const names = tokens.filter(each => !OPTIONS.has(each))
  if (names.some(each => KEPT.has(each) || each.startsWith(':'))) return undefined
  const te = textOf(headers, 'te')
  if (names.includes('te') && te.length >= MAX_TE) return undefined
  return headers.flatMap(([name, value]): HeaderList => {
    if (!names.includes(name)) return [[name, value]]
    return name === 'te' && commaList(asciiLower(te)).includes('trailers') ? [['te', 'trailers']] : []
  })
}
