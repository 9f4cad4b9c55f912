import {answeredFrom, noted} from '../../evidence/provenance.js'
import {type Gap, missing} from '../../model/answer.js'
import {type Permission, permissionKey, type Ruling} from '../../model/permission.js'
import {UserError} from '../../model/user-error.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {type ClusterNeeds, type Need, type Places, permissionNeeds} from './needs.js'

export interface CheckedNeed extends Omit<Need, 'permissions'> {
  readonly rulings: readonly Ruling[]
}

export interface CommandPermissions {
  readonly command: string
  readonly needs: readonly CheckedNeed[]
}

export interface CanIReport extends Report {
  readonly commands: readonly CommandPermissions[]
  /** Every permission, without duplicates. */
  readonly permissions: readonly Permission[]
  /** False if the source has no RBAC. */
  readonly asked: boolean
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
  const rulings = (await source.rulings?.(permissions)) ?? []
  const asked = source.rulings !== undefined
  if (asked) source.ledger.add({evidence: 'permissions', source: 'live', via: 'api', shows: 'state'})
  const byKey = new Map(rulings.map(ruling => [permissionKey(ruling.permission), ruling]))
  const unknown = (permission: Permission): Ruling => ({
    permission,
    verdict: 'unknown',
    why: `${source.origin.label} has no RBAC`,
  })
  const ruled = needs.map(({command, needs: each}) => ({
    command,
    needs: each.map(({permissions: wanted, ...rest}) => ({
      ...rest,
      rulings: wanted.map(permission => byKey.get(permissionKey(permission)) ?? unknown(permission)),
    })),
  }))
  const [failed] = rulings.filter(ruling => ruling.verdict === 'unknown')
  const gaps: readonly Gap[] = failed === undefined ? [] : [missing('access reviews', 'failed', failed.why).gap]
  const denied = ruled.some(each =>
    each.needs.some(need => need.required && need.rulings.some(ruling => ruling.verdict === 'denied')),
  )
  const notes = asked ? [] : [`${source.origin.label} needs no permissions; on a cluster you would need:`]
  return {...answeredFrom(source), gaps, notes, failing: denied, commands: ruled, permissions, asked}
}
