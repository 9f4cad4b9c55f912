import {cutsSayNothingNew} from './pasted-cuts-kernel.js'

cutsSayNothingNew(120)
