import {describe, expect, test} from '@jest/globals'
import {renderBox} from '../../../src/terminal/box.js'
import {renderDoc} from '../../../src/terminal/render.js'

const plain = {width: 120, colour: false, headers: true}

describe('column tables', () => {
  test('line up as istioctl 1.31 printed them', () => {
    // istioctl proxy-config endpoint -f e.json, recorded from the real program.
    const rows = [
      ['10.244.0.10:9080', 'HEALTHY', 'OK', 'outbound|9080||reviews.default.svc.cluster.local'],
      ['10.244.0.9:9080', 'HEALTHY', 'FAILED', 'outbound|9080||reviews.default.svc.cluster.local'],
      ['envoy://connect_originate/10.0.0.1:80', 'UNKNOWN', 'OK', 'inner'],
      ['unix://./etc/istio/proxy/XDS', 'HEALTHY', 'OK', 'xds-grpc'],
    ]
    const header = ['ENDPOINT', 'STATUS', 'OUTLIER CHECK', 'CLUSTER']
    expect(renderDoc([{block: 'table', style: 'columns', padding: 5, header, rows}], plain)).toBe(
      [
        'ENDPOINT                                  STATUS      OUTLIER CHECK     CLUSTER',
        '10.244.0.10:9080                          HEALTHY     OK                outbound|9080||reviews.default.svc.cluster.local',
        '10.244.0.9:9080                           HEALTHY     FAILED            outbound|9080||reviews.default.svc.cluster.local',
        'envoy://connect_originate/10.0.0.1:80     UNKNOWN     OK                inner',
        'unix://./etc/istio/proxy/XDS              HEALTHY     OK                xds-grpc',
        '',
      ].join('\n'),
    )
  })

  test('width counts characters, not bytes, and colour changes no column', () => {
    const rows = [
      ['é✔', {text: 'ok', tone: 'good'} as const, 'x'],
      ['abcd', {text: 'broken', tone: 'bad'} as const, 'y'],
    ]
    const table = {block: 'table', style: 'columns', padding: 1, rows} as const
    const bare = renderDoc([table], plain)
    expect(bare).toBe('é✔   ok     x\nabcd broken y\n')
    const coloured = renderDoc([table], {...plain, colour: true})
    expect(coloured).toContain('\u001b[31mbroken\u001b[39m')
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(bare)
  })

  test('headers can be left out', () => {
    const doc = [{block: 'table', style: 'columns', header: ['A'], rows: [['1']]}] as const
    expect(renderDoc(doc, {...plain, headers: false})).toBe('1\n')
  })
})

describe('boxed tables', () => {
  test('keep within the terminal and wrap the widest column', () => {
    const header = ['NAME', 'WHY']
    const rows = [['a', 'word '.repeat(60).trim()]]
    const lines = renderDoc([{block: 'table', style: 'box', header, rows}], {
      ...plain,
      width: 60,
      box: renderBox,
    }).split('\n')
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(60)
    expect(lines.join(' ').match(/word/g)).toHaveLength(60)
  })
})

describe('trees and fields', () => {
  test('show nesting', () => {
    const roots = [{label: ['top'], children: [{label: ['a'], children: [{label: ['b']}]}, {label: ['c']}]}]
    expect(renderDoc([{block: 'tree', roots}], plain)).toBe('top\n├─ a\n│  └─ b\n└─ c\n')
  })
})
