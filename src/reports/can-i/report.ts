import {answeredFrom, noted} from '../../evidence/provenance.js'
import {type Gap, missing} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type KubePermission, permissionKey, type Ruling} from '../../model/kube/permission.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {type ClusterNeeds, type PermissionNeed, type Places, permissionNeeds} from './needs.js'

export interface CheckedNeed extends Omit<PermissionNeed, 'permissions' | 'instead'> {
  readonly rulings: readonly Ruling[]
}

export interface CommandPermissions {
  readonly command: string
  readonly needs: readonly CheckedNeed[]
}

export interface CanIReport extends Report {
  readonly commands: readonly CommandPermissions[]
  /** Every permission, without duplicates. */
  readonly permissions: readonly KubePermission[]
  /** False if the source has no RBAC. */
  readonly asked: boolean
}

const STREAMS = new Set(['exec', 'portforward'])

/**
 * Of the verbs of a stream `create` is enough in every release (SPDY), `get` is not from 1.35 on; a port-forward that is refused is replaced by a
 * command in the container.
 */
function withAlternatives(rulings: readonly Ruling[], instead: readonly Ruling[]): readonly Ruling[] {
  const allowed = (all: readonly Ruling[], verb: string) =>
    all.some(
      each =>
        STREAMS.has(each.permission.subresource ?? '') && each.permission.verb === verb && each.verdict === 'allowed',
    )
  const enough = [
    [allowed(rulings, 'create'), 'create is enough'],
    [allowed(instead, 'create'), 'pods/exec is used instead'],
  ] as const
  const why = enough.find(([holds]) => holds)?.[1]
  if (why === undefined) return rulings
  return rulings.map(ruling =>
    STREAMS.has(ruling.permission.subresource ?? '') && ruling.verdict === 'denied'
      ? {...ruling, verdict: 'allowed', why}
      : ruling,
  )
}

/** What the named commands (all that are declared, when none is named) may do for this user, permission by permission. */
export async function canIReport(
  given: Source,
  declared: ReadonlyMap<string, ClusterNeeds>,
  commands: readonly string[],
  places: Places,
): Promise<CanIReport> {
  const source = noted(given)
  const names = commands.length === 0 ? [...declared.keys()] : commands
  const needs = names.map(command => {
    const found = declared.get(command)
    if (found !== undefined) return {command, needs: permissionNeeds(found, places)}
    throw new UserError(`meshctl ${command} does not access a cluster, or does not exist`, {
      hint: `Choose from ${[...declared.keys()].join(', ')}.`,
    })
  })
  const all = needs.flatMap(each => each.needs.flatMap(need => need.permissions))
  const permissions = [...new Map(all.map(each => [permissionKey(each), each])).values()]
  const reviewed = [...all, ...needs.flatMap(each => each.needs.flatMap(need => need.instead))]
  const asking = [...new Map(reviewed.map(each => [permissionKey(each), each])).values()]
  const rulings = (await source.rulings?.(asking)) ?? []
  const asked = source.rulings !== undefined
  if (asked) source.ledger.add({evidence: 'permissions', source: 'live', via: 'api', shows: 'state'})
  const byKey = new Map(rulings.map(ruling => [permissionKey(ruling.permission), ruling]))
  const unknown = (permission: KubePermission): Ruling => ({
    permission,
    verdict: 'unknown',
    why: `${source.origin.label} has no RBAC`,
  })
  const ruled = needs.map(({command, needs: each}) => ({
    command,
    needs: each.map(({permissions: wanted, instead, ...rest}) => {
      const ruling = (permission: KubePermission) => byKey.get(permissionKey(permission)) ?? unknown(permission)
      return {...rest, rulings: withAlternatives(wanted.map(ruling), instead.map(ruling))}
    }),
  }))
  const [failed] = rulings.filter(ruling => ruling.verdict === 'unknown')
  const gaps: readonly Gap[] = failed === undefined ? [] : [missing('access reviews', 'failed', failed.why).gap]
  const denied = ruled.some(each =>
    each.needs.some(need => need.required && need.rulings.some(ruling => ruling.verdict === 'denied')),
  )
  const notes = asked ? [] : [`${source.origin.label} needs no permissions; on a cluster you would need:`]
  return {...answeredFrom(source), gaps, notes, failing: denied, commands: ruled, permissions, asked}
}
