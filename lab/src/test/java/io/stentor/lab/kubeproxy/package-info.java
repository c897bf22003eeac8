/// `bench/kube-proxy`, what Stentor's services are measured against: whether it does what kube-proxy does.
@NullMarked
package io.stentor.lab.kubeproxy;

import org.jspecify.annotations.NullMarked;
