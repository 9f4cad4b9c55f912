import type {Json} from '../../model/envoy/schema.js'
import {UserError} from '../../model/evidence/user-error.js'
import {parseIp} from '../../model/kernel/ip-address.js'
import type {Asker, AuthzQuestion} from '../../reports/authz/test-report.js'
import type {Source} from '../../sources/source.js'
import {resolveSubject} from '../../sources/subject.js'

export interface AuthzFlags {
  readonly namespace?: string | undefined
  readonly istioNamespace: string
  readonly method?: string | undefined
  readonly path?: string | undefined
  readonly host?: string | undefined
  readonly header?: readonly string[] | undefined
  readonly 'jwt-claim'?: readonly string[] | undefined
  readonly sni?: string | undefined
}

/** Prints a remark that -q leaves out. */
type Note = (text: string) => Promise<void>

function pairsIn(words: readonly string[], flag: string): readonly (readonly [string, string])[] {
  return words.map(word => {
    const at = word.indexOf('=')
    if (at < 1) throw new UserError(`cannot read --${flag} ${word}`, {hint: `Write it as --${flag} NAME=VALUE.`})
    return [word.slice(0, at), word.slice(at + 1)]
  })
}

async function askerOf(source: Source, word: string, flags: AuthzFlags, note: Note): Promise<Asker> {
  if (parseIp(word) !== undefined) return {kind: 'address', ip: word}
  const [, account] = /^sa:(.+)$/.exec(word) ?? []
  if (account !== undefined) {
    const slash = account.indexOf('/')
    const namespace = slash < 0 ? (flags.namespace ?? source.defaultNamespace) : account.slice(0, slash)
    return {kind: 'account', namespace, name: account.slice(slash + 1)}
  }
  const subject = await resolveSubject(source, {name: word, namespace: flags.namespace})
  if (subject.chosen !== undefined) await note(subject.chosen)
  return {kind: 'pod', pod: subject.pod}
}

/** Reads what `authz test` was asked. */
export async function authzQuestion(
  source: Source,
  from: string,
  to: string,
  flags: AuthzFlags,
  note: Note,
): Promise<AuthzQuestion> {
  const claims = pairsIn(flags['jwt-claim'] ?? [], 'jwt-claim')
  const payload: Record<string, Json> = Object.create(null) as Record<string, Json>
  for (const [name, value] of claims) payload[name] = value.includes(',') ? value.split(',') : value
  return {
    from: await askerOf(source, from, flags, note),
    to,
    namespace: flags.namespace ?? source.defaultNamespace,
    asked: {
      method: flags.method?.toUpperCase(),
      path: flags.path,
      host: flags.host,
      headers: pairsIn(flags.header ?? [], 'header').map(([name, value]) => [name.toLowerCase(), value] as const),
      claims: claims.length === 0 ? undefined : payload,
      sni: flags.sni,
    },
    istioNamespace: flags.istioNamespace,
  }
}
