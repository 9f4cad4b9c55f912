import {UserError} from '../model/user-error.js'
import {isObject, listOf, textOf} from './decode.js'
import {parseYamlText} from './kube-manifest/yaml-text.js'

/** A finding somebody answers for until a day. */
export interface AcceptedFinding {
  readonly fingerprint: string
  readonly owner: string
  readonly reason: string
  /** RFC 3339 or a day; absent when it never ends. */
  readonly expires?: string
}

function entryOf(entry: unknown, label: string, index: number): AcceptedFinding {
  const where = `${label}: accepted[${index}]`
  const fingerprint = textOf(entry, 'fingerprint')
  if (fingerprint === undefined || !/^[0-9a-f]{32}$/.test(fingerprint))
    throw new UserError(`${where} has no fingerprint`)
  const expires = textOf(entry, 'expires')
  if (expires !== undefined && expires !== '' && Number.isNaN(Date.parse(expires))) {
    throw new UserError(`${where}: expires ${JSON.stringify(expires)} is no date`, {
      hint: 'Write it as 2027-01-31 or 2027-01-31T12:00:00Z.',
    })
  }
  return {
    fingerprint,
    owner: textOf(entry, 'owner') ?? '',
    reason: textOf(entry, 'reason') ?? '',
    ...(expires === undefined || expires === '' ? {} : {expires}),
  }
}

/** A baseline as `check -o baseline` writes it: the findings of a day, each with owner, reason and the day until which it is accepted. */
export function parseBaseline(text: string, label: string): readonly AcceptedFinding[] {
  const value = parseYamlText(text)
  if (!isObject(value) || value.kind !== 'Baseline' || !Array.isArray(value.accepted)) {
    throw new UserError(`${label} is not a baseline`, {next: `meshctl check … -o baseline=${label}   # writes one`})
  }
  return listOf(value, 'accepted').map((entry, index) => entryOf(entry, label, index))
}
