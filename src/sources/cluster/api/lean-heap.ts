import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'
import {once} from '../../../model/collections/once.js'
import {LIMITS} from '../../limits.js'

/** V8's own collector, which otherwise lets the heap of a machine with much memory grow to several times what is held; its young part is kept small. */
const collector = once(() => {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})

/** A function to be called after each part of a long list: the memory of a fleet is then what is held of it, not what was read. */
export function leanHeap(): () => void {
  let after = 0
  return () => {
    const {heapUsed, external} = process.memoryUsage()
    if (heapUsed + external < after + LIMITS.listGarbageBytes) return
    collector()()
    const now = process.memoryUsage()
    after = now.heapUsed + now.external
  }
}
