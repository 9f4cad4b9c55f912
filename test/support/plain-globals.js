import vm from 'node:vm'
import {TestEnvironment} from 'jest-environment-node'

/**
 * Jest's environment, with the context's own global object in place of an intercepted one: each look-up of a global such as Math or Number costs some
 * hundred times as much in the latter (https://nodejs.org/api/vm.html#vmconstantsdont_contextify). Node before 20.18 has only the latter.
 */
export default class PlainGlobals extends TestEnvironment {
  constructor(...args) {
    const {createContext} = vm
    vm.createContext = (object, ...more) => createContext(vm.constants?.DONT_CONTEXTIFY ?? object, ...more)
    try {
      super(...args)
    } finally {
      vm.createContext = createContext
    }
  }
}
