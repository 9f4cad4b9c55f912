import {type Gap, missing} from '../../model/answer.js'
import {type Permission, permissionKey, type Ruling} from '../../model/permission.js'
import {UserError} from '../../model/user-error.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {COMMAND_NEEDS, type Need, needsOf, type Places} from './needs.js'

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

/** Checks the permissions of the current user for the named commands (default: all). */
export async function canIReport(source: Source, commands: readonly string[], places: Places): Promise<CanIReport> {
  const names = commands.length === 0 ? Object.keys(COMMAND_NEEDS) : commands
  const needs = names.map(command => {
    const found = needsOf(command, places)
    if (found !== undefined) return {command, needs: found}
    throw new UserError(`meshctl ${command} does not access a cluster, or does not exist`, {
      hint: `Commands: ${Object.keys(COMMAND_NEEDS).join(', ')}.`,
    })
  })
  const all = needs.flatMap(each => each.needs.flatMap(need => need.permissions))
  const permissions = [...new Map(all.map(each => [permissionKey(each), each])).values()]
  const rulings = (await source.rulings?.(permissions)) ?? []
  const asked = source.rulings !== undefined
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
  return {origin: source.origin, gaps, notes, failing: denied, commands: ruled, permissions, asked}
}
