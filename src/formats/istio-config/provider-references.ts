import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {listOf, textOf} from '../decode.js'
import type {PlacedText} from './placed-text.js'

const LISTS = ['accessLogging', 'metrics', 'tracing']

/** The extension providers a Telemetry or a CUSTOM AuthorizationPolicy names (istio.io, Telemetry and AuthorizationPolicy). */
export function providerReferences({raw}: ConfigObject): readonly PlacedText[] {
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
