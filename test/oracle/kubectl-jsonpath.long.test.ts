import {jsonpathPrintsAsKubectl} from './kubectl-jsonpath.js'

jsonpathPrintsAsKubectl(1)
