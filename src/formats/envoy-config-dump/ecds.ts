import {field, listOf, textOf} from '../decode.js'
import {typeOf} from './chain.js'
import {isResource} from './resources.js'

/** A filter configuration that Envoy discovered by ECDS. */
export interface DiscoveredFilter {
  readonly name: string
  readonly type: string
  readonly version: string
  readonly lastUpdated: string
}

/** The filters of every EcdsConfigDump section (admin.v3.EcdsConfigDump). */
export function decodeEcds(sections: readonly unknown[]): readonly DiscoveredFilter[] {
  return sections
    .flatMap(section => listOf(section, 'ecds_filters'))
    .filter(entry => isResource(field(entry, 'ecds_filter')))
    .map(entry => {
      const filter = field(entry, 'ecds_filter')
      return {
        name: textOf(filter, 'name') ?? '',
        type: typeOf(field(filter, 'typed_config')),
        version: textOf(entry, 'version_info') ?? '',
        lastUpdated: textOf(entry, 'last_updated') ?? '',
      }
    })
}
