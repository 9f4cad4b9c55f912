import {protocolClashes} from '../../../analysis/istio-config/entry-clashes.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import {byText} from '../../../model/text/order.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2034',
  slug: 'service-entry-protocol-clash',
  aliases: ['IST0177'],
  severity: 'warning',
  title: 'ServiceEntries give one port several protocols',
  why: 'Only the oldest is used, so traffic may be handled by the wrong protocol.',
  fix: 'Use one protocol for the host and port, or limit the entries with exportTo.',
  references: [analysisPage('IST0177')],
  kinds: ['ServiceEntry'],
  check: set =>
    [...protocolClashes(set.serviceEntries())].map(([entry, {host, port, entries, protocols}]) => {
      const names = entries.map(({object}) => fullName(object)).sort(byText)
      return {
        object: entry.object,
        path: 'spec.ports',
        message: `Port ${port} of ${host} is ${[...protocols]
          .map(each => (each === '' ? 'without protocol' : each))
          .sort(byText)
          .join(' and ')} in ${names.join(', ')}.`,
      }
    }),
}
