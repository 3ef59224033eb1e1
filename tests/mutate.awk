# SPDX-License-Identifier: MIT
# mutate.awk: find what tests/mutate may take away. Prints FILE:FUNCTION:NAME FIRST LAST KIND.
#
# KIND label: lines FIRST..LAST are the body of an err_ label. KIND call: they are one statement that
# acknowledges or re-arms an interrupt; these are the calls that do it:
BEGIN {
	acknowledge = "(e1000_read\\(.*E1000_ICR\\)|pci_function_irq_unmask\\(|irq_vector_rearm\\(|ops->irq_unmask\\(|edu_write\\(edu, IRQ_ACK|EDU_IRQ_ACK|VFIO_IRQ_SET_ACTION_UNMASK|set_masked\\(.*, false\\)|clear_causes\\(m, UINT32_MAX|[^_]sys_eventfd_drain\\()"
}

function end_label() {
	if (label != "" && last >= first)
		print FILENAME ":" func_name ":" label, first, last, "label"
	label = ""
}

FNR == 1 { label = ""; func_name = ""; in_body = 0 }

# A definition: a line at the margin with a name and an opening parenthesis.
/^[a-zA-Z_].*\(/ && !/;[ \t]*$/ && !/^#/ {
	func_name = $0
	sub(/\(.*/, "", func_name)
	sub(/.*[ *]/, "", func_name)
	seen_calls = 0
}
/^{/ { in_body = 1 }
/^}/ { end_label(); in_body = 0 }

label != "" && (/^[a-z_]+:/ || /^\t(return|goto)/) { end_label() }
label != "" && NF > 0 { last = FNR }
/^err_[a-z0-9_]+:/ {
	label = $1
	sub(/:.*/, "", label)
	first = FNR + 1
	last = FNR
}

in_body && /^\t/ && $0 ~ acknowledge && !/^\t*(\/?\*|\/\/)/ {
	seen_calls++
	print FILENAME ":" func_name ":acknowledge" seen_calls, FNR, FNR, "call"
}
