import {readFileSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {brotliDecompressSync} from 'node:zlib'
import {describe, expect, test} from '@jest/globals'
import {meshctl} from '../support/cli.js'
import {tempFolder} from '../support/temp-folder.js'

/**
 * Small ambient meshes by their objects, and texts as people paste them (logs, events, dumps and rules of Istio 1.18 to 1.28), written down with
 * what is true of them before meshctl was asked: by istiod's sources (pilot/pkg/serviceregistry/kube/controller/ambient), istio-cni's (cni/pkg),
 * ztunnel's (src/rbac.rs, src/proxy.rs), the CNI specification and istio.io. `objects` are shared by number; FILE in a question is the text.
 */
interface Situations {
  readonly objects: readonly unknown[]
  readonly situations: readonly {
    readonly name: string
    readonly objects?: readonly number[]
    readonly text?: string
    readonly asks: readonly {
      readonly argv: readonly string[]
      readonly says: readonly string[]
      readonly never: readonly string[]
    }[]
  }[]
}

const {objects, situations} = JSON.parse(
  brotliDecompressSync(readFileSync(resolve('test/fixtures/ambient/situations.json.br'))).toString('utf8'),
) as Situations

describe('situations of ambient meshes', () => {
  const folder = tempFolder('situations')

  test.each(situations.map(each => [each.name, each] as const))(
    '%s',
    async (name, {objects: numbers = [], text, asks}) => {
      const file = join(folder, `${name}.${text === undefined ? 'json' : 'txt'}`)
      const items = numbers.map(number => objects[number])
      writeFileSync(file, text ?? JSON.stringify({apiVersion: 'v1', kind: 'List', items}))
      for (const {argv, says, never} of asks) {
        const words = text === undefined ? [...argv, '--from', file] : argv.map(word => (word === 'FILE' ? file : word))
        const {stdout, stderr} = await meshctl(words, {env: {COLUMNS: '400'}})
        const answer = `${argv.join(' ')}\n${stdout}${stderr}`
        for (const words of says) expect(answer).toMatch(new RegExp(words, 'is'))
        for (const words of never) expect(answer).not.toMatch(new RegExp(words, 'is'))
      }
    },
  )
})
