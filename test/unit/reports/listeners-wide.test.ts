import {expect, test} from '@jest/globals'
import {listenerReport} from '../../../src/reports/listeners/report.js'
import {listenersView} from '../../../src/reports/listeners/view.js'
import {configDump} from '../../support/config-dump.js'
import {memorySource} from '../../support/memory-source.js'

const POD = {namespace: 'demo', name: 'a'}

/** istiod writes the object into a chain's metadata: BuildConfigInfoMetadata of pilot/pkg/networking/util/util.go. */
function chain(name: string, config?: string): object {
  const metadata = config === undefined ? {} : {metadata: {filter_metadata: {istio: {config}}}}
  const proxy = {'@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', cluster: name}
  return {name, filters: [{name: 'envoy.filters.network.tcp_proxy', typed_config: proxy}], ...metadata}
}

test('the wide table names the object a filter chain was made from, and a dash where its metadata names none', async () => {
  const listener = {
    name: '0.0.0.0_27017',
    address: {socket_address: {address: '0.0.0.0', port_value: 27017}},
    filter_chains: [
      chain('mongo', '/apis/networking.istio.io/v1/namespaces/shop/virtual-service/mongo-split'),
      chain('other'),
      chain('odd', '/apis/networking.istio.io/v1/virtual-service'),
    ],
  }
  const source = memorySource({
    evidence: {
      'envoy.config_dump': configDump({
        Listeners: {dynamic_listeners: [{name: listener.name, active_state: {listener}}]},
      }),
    },
  })
  const report = await listenerReport(source, POD, {}, 'chains')
  const [table] = listenersView.doc(report, 'wide')
  if (table?.block !== 'table') throw new Error('no table')
  const column = table.header?.indexOf('ISTIO OBJECT') ?? -1
  const chains = table.header?.indexOf('CHAIN') ?? -1
  expect(Object.fromEntries(table.rows.map(cells => [cells[chains], cells[column]]))).toEqual({
    mongo: 'VirtualService shop/mongo-split',
    other: '-',
    odd: '-',
  })
})
