"""What the golden data covers: one line a case. Every layer type of layers.inc must appear."""


def one(name, layer, shape, batch=2, training=False, **more):
    """A net of a single layer, named "layer"."""
    return dag(f"{layer['type']}/{name}", [{"name": "layer", **layer}], shape, batch, training,
               **more)


def dag(name, layers, shape, batch=2, training=False, **more):
    return {"name": name, "training": training, "batch": batch, **more,
            "spec": {"input": shape, "layers": layers}}


def conv(out_channels, kernel_size, **more):
    return {"type": "conv2d", "out_channels": out_channels, "kernel_size": kernel_size, **more}


def max_pool(kernel_size, **more):
    return {"type": "max_pool2d", "kernel_size": kernel_size, **more}


def avg_pool(kernel_size, **more):
    return {"type": "avg_pool2d", "kernel_size": kernel_size, **more}


def norm(**more):
    return {"type": "batch_norm2d", **more}


def named(name, layer, *inputs):
    return {**layer, "name": name, **({"inputs": list(inputs)} if inputs else {})}


RELU, TANH, FLATTEN = {"type": "relu"}, {"type": "tanh"}, {"type": "flatten"}
ADD, CONCAT = {"type": "add"}, {"type": "concat"}
GLOBAL = {"type": "global_avg_pool2d"}


def linear(out_features, **more):
    return {"type": "linear", "out_features": out_features, **more}


def conv_cases():
    yield one("plain", conv(3, 3), [2, 5, 6])
    yield one("one_pixel", conv(3, 1), [2, 1, 1], batch=1)
    yield one("kernel_1x1", conv(4, 1), [3, 3, 4])
    yield one("kernel_of_input_size", conv(2, [4, 5]), [2, 4, 5], batch=3)
    yield one("rectangular_kernel", conv(3, [2, 5]), [2, 6, 7])
    yield one("no_bias", conv(3, 3, bias=False), [2, 5, 5])
    yield one("stride_2", conv(2, 3, stride=2), [2, 8, 7])
    yield one("stride_leaves_pixels_over", conv(2, [2, 3], stride=[3, 2]), [2, 7, 8])
    yield one("stride_beyond_kernel", conv(2, 1, stride=3), [2, 7, 8])
    yield one("padding", conv(2, 3, padding=[2, 1]), [2, 4, 5])
    yield one("padding_uneven", conv(2, 3, padding=[0, 2, 1, 0]), [2, 5, 4])
    yield one("padding_uneven_stride", conv(2, [3, 2], padding=[1, 0, 0, 2], stride=2), [2, 6, 5])
    yield one("padding_valid", conv(2, 3, padding="valid"), [2, 4, 5])
    yield one("same_3x3", conv(2, 3, padding="same"), [2, 4, 5])
    yield one("same_even_kernel", conv(2, [2, 4], padding="same"), [2, 5, 5])
    yield one("same_dilated_even_kernel", conv(2, [2, 4], padding="same", dilation=[3, 1]),
              [2, 5, 5])
    yield one("same_groups", conv(4, 3, padding="same", groups=2), [4, 4, 4])
    yield one("dilation", conv(2, [3, 2], dilation=[2, 3]), [2, 7, 6])
    yield one("dilation_stride_padding", conv(2, 3, dilation=2, stride=[2, 1], padding=[1, 3]),
              [2, 7, 6])
    yield one("groups", conv(6, 3, groups=2), [4, 5, 4])
    yield one("groups_more_outputs", conv(6, [1, 2], groups=3, bias=False), [3, 3, 4])
    yield one("depthwise", conv(5, 3, groups=5, padding=1), [5, 4, 5])
    yield one("depthwise_multiplier", conv(6, 3, groups=3, stride=2), [3, 5, 5])
    yield one("many_channels", conv(13, 2), [9, 3, 3], batch=5)
    for mode in ["reflect", "replicate", "circular"]:
        yield one(f"{mode}", conv(2, 3, padding=1, padding_mode=mode), [2, 4, 5])
        yield one(f"{mode}_wide", conv(2, [3, 4], padding=[2, 3], padding_mode=mode), [1, 3, 4])
        yield one(f"{mode}_uneven", conv(2, 3, padding=[2, 0, 1, 2], padding_mode=mode), [2, 3, 4])
        yield one(f"{mode}_same_even", conv(2, [4, 2], padding="same", padding_mode=mode),
                  [2, 4, 3])
        yield one(f"{mode}_stride_dilation",
                  conv(2, 2, padding=2, stride=2, dilation=2, groups=2, padding_mode=mode),
                  [2, 5, 4])
    yield one("circular_whole_input", conv(2, 3, padding=[3, 2], padding_mode="circular"),
              [1, 3, 2])
    yield one("replicate_one_pixel", conv(2, 3, padding=1, padding_mode="replicate"), [2, 1, 1])


def pool_cases():
    for kind in [max_pool, avg_pool]:
        yield one("plain", kind(2), [2, 4, 6])
        yield one("left_over", kind(2), [2, 5, 7], batch=3)
        yield one("rectangular", kind([3, 2]), [2, 6, 5])
        yield one("overlapping", kind(3, stride=2), [2, 7, 6])
        yield one("overlapping_densely", kind(3, stride=1), [2, 4, 5])
        yield one("gaps", kind(2, stride=3), [2, 8, 7])
        yield one("padding", kind(3, padding=1), [2, 5, 6])
        yield one("padding_rectangular", kind([2, 5], stride=[1, 2], padding=[1, 2]), [2, 3, 6])
        yield one("ceil_mode", kind(2, ceil_mode=True), [2, 5, 7])
        yield one("ceil_mode_padding", kind(3, stride=2, padding=1, ceil_mode=True), [2, 6, 7])
        yield one("ceil_mode_drops_window", kind(2, stride=3, padding=1, ceil_mode=True),
                  [2, 5, 6])
        yield one("ceil_mode_kernel_beyond_input", kind(4, stride=3, ceil_mode=True), [2, 3, 5])
        yield one("whole_input", kind([3, 4]), [2, 3, 4], batch=1)
        yield one("one_pixel", kind(1), [3, 1, 1])
    yield one("ties", max_pool(3, stride=1, padding=1), [2, 5, 5], ties=True)
    yield one("dilation", max_pool(2, dilation=[2, 3], stride=1), [2, 5, 6])
    yield one("dilation_padding_ceil", max_pool(3, dilation=2, stride=2, padding=1, ceil_mode=True),
              [2, 8, 7])
    yield one("without_padding_counted", avg_pool(3, padding=1, count_include_pad=False),
              [2, 5, 6])
    yield one("without_padding_counted_ceil",
              avg_pool(3, stride=2, padding=1, count_include_pad=False, ceil_mode=True), [2, 6, 6])
    yield one("divisor_override", avg_pool([2, 3], divisor_override=5), [2, 4, 6])
    yield one("divisor_override_ceil_padding",
              avg_pool(3, stride=2, padding=1, divisor_override=2, ceil_mode=True), [2, 6, 6])
    for name, size, shape in [("even", 2, [2, 4, 6]), ("uneven", [3, 4], [2, 7, 6]),
                              ("one", 1, [3, 4, 5]), ("same_size", [3, 2], [2, 3, 2]),
                              ("larger_than_input", [5, 4], [2, 3, 3]),
                              ("rectangular", [1, 3], [2, 5, 5])]:
        yield one(name, {"type": "adaptive_avg_pool2d", "output_size": size}, shape)
    yield one("plain", GLOBAL, [3, 4, 5])
    yield one("one_pixel", GLOBAL, [3, 1, 1], batch=1)


def other_cases():
    yield one("plain", linear(4), [7], batch=3)
    yield one("no_bias", linear(5, bias=False), [3])
    yield one("one_to_one", linear(1), [1], batch=1)
    yield one("awkward", linear(13), [17], batch=5)
    for kind in ["relu", "leaky_relu", "tanh", "sigmoid"]:
        yield one("image", {"type": kind}, [2, 3, 4])
        yield one("features", {"type": kind}, [7], batch=3)
    yield one("zeros", RELU, [2, 3, 4], ties=True)
    yield one("zeros", {"type": "leaky_relu"}, [2, 3, 4], ties=True)
    yield one("slope", {"type": "leaky_relu", "negative_slope": 0.3}, [2, 3, 4])
    yield one("slope_0", {"type": "leaky_relu", "negative_slope": 0}, [2, 3, 4])
    yield one("features", {"type": "softmax"}, [7], batch=3)
    yield one("image", {"type": "softmax"}, [4, 2, 3])
    yield one("one_class", {"type": "softmax"}, [1])
    for training in [True, False]:
        mode = "train" if training else "eval"
        yield one(f"{mode}", norm(), [3, 4, 3], training=training)
        yield one(f"{mode}_no_affine", norm(affine=False), [3, 2, 3], training=training)
        yield one(f"{mode}_no_tracking", norm(track_running_stats=False), [2, 3, 3],
                  training=training)
        yield one(f"{mode}_bare", norm(track_running_stats=False, affine=False), [2, 3, 3],
                  training=training)
        yield one(f"{mode}_settings", norm(eps=0.1, momentum=0.4), [2, 3, 2], training=training)
        yield one(f"{mode}_one_pixel", norm(), [3, 1, 1], batch=5, training=training)
        yield one(f"{mode}_one_sample", norm(), [2, 3, 3], batch=1, training=training)
    yield one("eval", {"type": "dropout", "p": 0.4}, [2, 3, 2])
    yield one("train_p_0", {"type": "dropout", "p": 0}, [5], training=True)
    yield one("train_p_1", {"type": "dropout", "p": 1}, [5], training=True)
    yield one("image", FLATTEN, [2, 3, 4])
    yield one("features", FLATTEN, [5])


def dag_cases():
    yield dag("add/with_itself", [named("layer", ADD, "input", "input")], [2, 3, 2])
    yield dag("add/residual", [named("c", conv(2, 3, padding=1)), named("layer", ADD, "c", "input")],
              [2, 4, 3])
    yield dag("add/three_and_features",
              [named("a", linear(4)), named("b", TANH), named("layer", ADD, "a", "b", "input")],
              [4])
    yield dag("add/of_views",
              [named("c", conv(2, 1)), named("f", FLATTEN), named("g", FLATTEN, "c"),
               named("layer", ADD, "f", "g")], [2, 2, 3])
    yield dag("concat/with_itself", [named("layer", CONCAT, "input", "input")], [2, 3, 2])
    yield dag("concat/branches",
              [named("a", conv(3, 1)), named("b", max_pool(3, stride=1, padding=1), "input"),
               named("layer", CONCAT, "a", "input", "b")], [2, 3, 4])
    yield dag("concat/features",
              [named("a", linear(3)), named("b", linear(2), "input"),
               named("layer", CONCAT, "b", "a")], [4], batch=3)
    yield dag("concat/one_value_read_by_four",
              [named("c", conv(2, 1)), named("r", RELU), named("p", conv(2, 3, padding=1), "c"),
               named("q", avg_pool(3, stride=1, padding=1), "c"),
               named("n", norm(), "c"), named("layer", CONCAT, "p", "r", "q", "n")], [2, 4, 3],
              training=True)
    yield dag("flatten/between", [named("c", conv(2, 2)), named("layer", FLATTEN),
                                  named("l", linear(3))], [1, 3, 4])
    yield dag("dropout/view_chain",
              [named("layer", {"type": "dropout"}), named("f", FLATTEN),
               named("d", {"type": "dropout"})], [2, 2, 2])


def layers():
    return [*conv_cases(), *pool_cases(), *other_cases(), *dag_cases()]


LENET_5 = [
    named("c1", conv(6, 5, padding=2)), named("t1", TANH), named("s2", avg_pool(2)),
    named("c3", conv(16, 5)), named("t3", TANH), named("s4", avg_pool(2)), named("f", FLATTEN),
    named("f5", linear(120)), named("t5", TANH), named("f6", linear(84)), named("t6", TANH),
    named("f7", linear(10)),
]
MODEL_2 = [
    named("c1", conv(8, 5)), named("r1", RELU), named("p1", max_pool(2)), named("c2", conv(16, 3)),
    named("r2", RELU), named("p2", max_pool(2)), named("f", FLATTEN), named("l", linear(10)),
]
INCEPTION = [
    named("stem", conv(6, 3, stride=2, padding=1, bias=False)), named("n0", norm()),
    named("r0", RELU),
    named("a", conv(3, 1, bias=False), "r0"), named("na", norm()),
    named("b0", conv(2, 1), "r0"), named("b", conv(4, 3, padding="same", groups=2)),
    named("p", max_pool(3, stride=1, padding=1), "r0"), named("pc", conv(2, 1)),
    named("cat", CONCAT, "na", "b", "pc"), named("r1", {"type": "leaky_relu"}),
    named("d", {"type": "dropout", "p": 0.3}),
    named("g", GLOBAL), named("l", linear(4)), named("s", {"type": "softmax"}),
]
RESIDUAL = [
    named("c0", conv(4, 3, padding=1, padding_mode="reflect", bias=False)), named("n0", norm()),
    named("r0", RELU),
    named("c1", conv(4, 3, padding=1, bias=False)), named("n1", norm()), named("r1", RELU),
    named("c2", conv(4, [1, 3], padding="same", bias=False)), named("n2", norm(momentum=0.3)),
    named("sum1", ADD, "n2", "r0"), named("r2", RELU),
    named("c3", conv(6, 3, stride=2, padding=1, bias=False)), named("n3", norm()),
    named("short", conv(6, 1, stride=2, bias=False), "r2"), named("n4", norm(affine=False)),
    named("sum2", ADD, "n3", "n4"), named("t", TANH),
    named("g", {"type": "adaptive_avg_pool2d", "output_size": [2, 1]}), named("f", FLATTEN),
    named("l", linear(5)),
]


def nets():
    return [
        dag("lenet_5", LENET_5, [1, 28, 28], batch=2),
        dag("model_2", MODEL_2, [1, 28, 28], batch=2),
        dag("inception", INCEPTION, [3, 9, 8], batch=3),
        dag("residual_train", RESIDUAL, [2, 7, 6], batch=4, training=True),
        dag("residual_eval", RESIDUAL, [2, 7, 6], batch=4),
        dag("residual_one_sample", RESIDUAL, [2, 7, 6], batch=1, training=True),
    ]


OPTIMIZER_SPEC = {"input": [3], "layers": [named("a", linear(4)), named("t", TANH),
                                           named("b", linear(3))]}

# name, type, learning rate, settings
OPTIMIZERS = [
    ("sgd", "sgd", 0.1, {}),
    ("sgd_weight_decay", "sgd", 0.1, {"weight_decay": 0.05}),
    ("sgd_momentum", "sgd", 0.1, {"momentum": 0.9}),
    ("sgd_nesterov", "sgd", 0.1, {"momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    ("rmsprop", "rmsprop", 0.01, {}),
    ("rmsprop_settings", "rmsprop", 0.01, {"alpha": 0.8, "eps": 1e-3, "weight_decay": 0.02}),
    ("rmsprop_momentum", "rmsprop", 0.01, {"momentum": 0.7}),
    ("adam", "adam", 0.02, {}),
    ("adam_settings", "adam", 0.02, {"beta1": 0.8, "beta2": 0.95, "eps": 1e-4,
                                     "weight_decay": 0.1}),
    ("adamw", "adamw", 0.02, {"weight_decay": 0.1}),
    ("adamw_default_decay_0", "adamw", 0.02, {"weight_decay": 0.0}),
]
