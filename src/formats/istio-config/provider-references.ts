import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {listOf, textOf} from '../decode.js'

/** A name of an extension provider in an object, with where it is. */
export interface ProviderReference {
  readonly value: string
  readonly path: string
}

const LISTS = ['accessLogging', 'metrics', 'tracing']

/** The extension providers a Telemetry or a CUSTOM AuthorizationPolicy names (istio.io, Telemetry and AuthorizationPolicy). */
export function providerReferences({raw}: ConfigObject): readonly ProviderReference[] {
  const listed = LISTS.flatMap(list =>
    listOf(raw, 'spec', list).flatMap((each, index) =>
      listOf(each, 'providers').map((provider, number) => ({
        value: textOf(provider, 'name') ?? '',
        path: `spec.${list}[${index}].providers[${number}].name`,
      })),
    ),
  )
  const custom = textOf(raw, 'spec', 'action') === 'CUSTOM' ? textOf(raw, 'spec', 'provider', 'name') : undefined
  return custom === undefined ? listed : [...listed, {value: custom, path: 'spec.provider.name'}]
}
