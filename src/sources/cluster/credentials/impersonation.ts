import {type JsonObject, objectOf, textOf, textsOf} from '../../../formats/decode.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import {UserError} from '../../../model/evidence/user-error.js'
import type {ClusterSettings} from './settings.js'

/** The user to impersonate, from the flags. */
export type Impersonation = Pick<ClusterSettings, 'as' | 'asUid' | 'asGroups'>

/** Impersonation: the flags win over the kubeconfig's own `as`; all four kinds of headers are sent. */
export function impersonationHeaders(
  user: JsonObject,
  settings: Impersonation,
): Readonly<Record<string, string | readonly string[]>> {
  const fromFlags = settings.as !== undefined
  const name = settings.as ?? textOf(user, 'as')
  const uid = settings.asUid ?? (fromFlags ? undefined : textOf(user, 'as-uid'))
  const groups = settings.asGroups.length > 0 ? settings.asGroups : fromFlags ? [] : textsOf(user, 'as-groups')
  const extra = fromFlags ? {} : (objectOf(user, 'as-user-extra') ?? {})
  if (name === undefined || name === '') {
    if (groups.length === 0 && uid === undefined) return {}
    throw new UserError('--as-group and --as-uid require --as: the API server impersonates groups only with a user')
  }
  return {
    'Impersonate-User': name,
    ...definedFields({'Impersonate-Uid': uid, 'Impersonate-Group': groups.length === 0 ? undefined : groups}),
    ...Object.fromEntries(
      Object.keys(extra).map(key => [`Impersonate-Extra-${encodeURIComponent(key)}`, textsOf(extra, key)]),
    ),
  }
}
