import type {Script} from 'node:vm'

/** A unit of the built program: fills in its module, loading others through `require`. */
type Unit = (module: {exports: unknown}, exports: unknown, require: UnitRequire) => void

/** What a unit loads with: at once, or as a function that loads when it is first called. */
interface UnitRequire {
  (id: string): unknown
  lazy(id: string): () => unknown
  lazyDefault(id: string): () => unknown
  module(id: string): unknown
  /** A function that makes the value of `make` when it is first called. */
  once<T extends object>(make: () => T): () => T
}

/** Gives the script of a file of units: its value is the table of its units. */
type ReadScript = (file: string) => Script

export interface Units {
  /** Loads the unit of that name, which is #, its file, a slash and its own name. */
  load(id: string): unknown
  /** The names of the units loaded until now. */
  used(): readonly string[]
}

/** A built-in module with itself as its default export, as an ES module sees it. */
function withDefault(module: object): object {
  return Object.create(module, {default: {value: module}})
}

/** The units of the program, each evaluated once, when it is first asked for; anything that is not a unit is a built-in of Node, which `native` loads. */
export function createUnits(readScript: ReadScript, native: (id: string) => unknown): Units {
  const files = new Map<string, Readonly<Record<string, Unit>>>()
  const loaded = new Map<string, {exports: unknown}>()
  const builtins = new Map<string, object>()
  const fileOf = (name: string) => {
    const known = files.get(name)
    if (known !== undefined) return known
    const table = readScript(name).runInThisContext() as Readonly<Record<string, Unit>>
    files.set(name, table)
    return table
  }
  const builtin = (id: string) => {
    let module = builtins.get(id)
    if (module === undefined) {
      module = withDefault(native(id) as object)
      builtins.set(id, module)
    }
    return module
  }
  const unit = (id: string): unknown => {
    const known = loaded.get(id)
    if (known !== undefined) return known.exports
    const file = id.slice(1, id.indexOf('/'))
    const run = fileOf(file)[id]
    if (run === undefined) throw new Error(`${id} is not part of the program`)
    const module = {exports: {} as unknown}
    loaded.set(id, module)
    try {
      run(module, module.exports, require)
    } catch (error) {
      loaded.delete(id)
      throw error
    }
    return module.exports
  }
  const isUnit = (id: string) => id.startsWith('#')
  const require = ((id: string) => (isUnit(id) ? unit(id) : native(id))) as UnitRequire
  require.lazy = id => {
    let module: unknown
    return () => (module ??= require(id))
  }
  require.lazyDefault = id => {
    let module: object | undefined
    return () => (module ??= builtin(id))
  }
  require.once = <T extends object>(make: () => T) => {
    let made: T | undefined
    return () => (made ??= make())
  }
  require.module = id => (isUnit(id) ? unit(id) : builtin(id))
  return {load: unit, used: () => [...loaded.keys()]}
}
