import {createRequire} from 'node:module'
import {Script} from 'node:vm'
import {describe, expect, test} from '@jest/globals'
import {createUnits} from '../../../../src/cli/launch/units.js'

const native = createRequire(process.execPath)

/** Units as the build writes them: `#base/user` uses two others, `#other/broken` cannot be evaluated at first. */
const FILES: Readonly<Record<string, string>> = {
  base: `({__proto__:null,
    "#base/user"(module,exports,require){var used=require.lazy("#base/used"),fs=require.lazy("node:fs"),path=require.lazyDefault("node:path");
      module.exports={ask:()=>(used()).value,exists:()=>(0,(fs()).existsSync)("/"),base:()=>(path()).default.basename("/a/b")}},
    "#base/used"(module,exports,require){globalThis.evaluated=(globalThis.evaluated??0)+1;module.exports={value:globalThis.evaluated}}})`,
  other: `({__proto__:null,"#other/broken"(module){globalThis.tries=(globalThis.tries??0)+1;if(globalThis.tries<2)throw new Error("too many open files");module.exports=1}})`,
}

describe('units', () => {
  test('are evaluated once, when something of them is first used', () => {
    const read: string[] = []
    const units = createUnits(file => {
      read.push(file)
      return new Script(FILES[file] ?? '')
    }, native)
    const user = units.load('#base/user') as {ask(): number; exists(): boolean; base(): string}
    expect(units.used()).toEqual(['#base/user'])
    expect([user.ask(), user.ask()]).toEqual([1, 1])
    expect(units.used()).toEqual(['#base/user', '#base/used'])
    expect([user.exists(), user.base()]).toEqual([true, 'b'])
    expect(read).toEqual(['base'])
  })

  test('are tried again if they could not be evaluated, and what is not a unit is an error', () => {
    const units = createUnits(file => new Script(FILES[file] ?? ''), native)
    expect(() => units.load('#other/broken')).toThrow('too many open files')
    expect(units.load('#other/broken')).toBe(1)
    expect(() => units.load('#base/none')).toThrow('#base/none is not part of the program')
  })
})
