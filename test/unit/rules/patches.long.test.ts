import {patchedByKubectl} from './patched-cases.js'

patchedByKubectl(1)
