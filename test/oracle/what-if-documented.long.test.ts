import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {parse} from 'yaml'
import {isObject, objectOf, textOf} from '../../src/formats/decode.js'
import {parseChange} from '../../src/formats/settings/change-file.js'
import {whatIfReport} from '../../src/reports/what-if/report.js'
import {openFiles} from '../../src/sources/open.js'
import {corpusShare} from '../support/oracle-size.js'
import {hasShared, SHARED} from '../support/shared-data.js'
import {skipUnless} from '../support/skip-unless.js'
import {baseTraffic, flakyIn} from '../support/what-if.js'

interface Documented {
  readonly name: string
  readonly change: string
  /** The kinds of answer a request may get, joined by `|`; requests that are not listed keep theirs. */
  readonly after: ReadonlyMap<string, string>
}

function documentedChanges(): readonly Documented[] {
  const all: unknown = parse(readFileSync('test/fixtures/what-if/changes.yaml', 'utf8'))
  return (Array.isArray(all) ? all : []).filter(isObject).map(each => ({
    name: textOf(each, 'name') ?? '',
    change: JSON.stringify(each.change),
    after: new Map(
      Object.entries(objectOf(each, 'after') ?? {}).flatMap(([kind, ids]) =>
        String(ids)
          .split(' ')
          .map(id => [id, kind] as const),
      ),
    ),
  }))
}

const {test: withBase} = skipUnless(hasShared('whatif'), 'the recorded mesh in ../shared/data/whatif')

describe('a change does to recorded requests what the documentation of Istio says', () => {
  test('there are changes', () => expect(documentedChanges().length).toBeGreaterThan(90))

  withBase.each(corpusShare('DOCUMENTED', documentedChanges(), 0.3))(
    '$name',
    async ({change, after}) => {
      const text = baseTraffic()
      const flaky = flakyIn(text)
      const {requests} = await whatIfReport(await openFiles([join(SHARED, 'whatif', 'base.tgz')]), {
        change: parseChange(Buffer.from(change)),
        traffic: {text, place: 'the records'},
        istioNamespace: 'istio-system',
      })
      const wrong = requests
        .filter(({id}) => !flaky.has(id))
        .filter(({id, before, after: {kind}}) => !(after.get(id)?.split('|') ?? [before.kind]).includes(kind))
      expect(wrong.map(each => `${each.id} ${each.before.kind} -> ${each.after.kind}: ${each.why}`)).toEqual([])
      expect(requests.length).toBeGreaterThan(180)
    },
    120_000,
  )
})
