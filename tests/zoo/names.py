"""The names that are tried: one at least of every family of torchvision, and more than a hundred of timm."""

_TORCHVISION = """
    alexnet convnext_tiny densenet121 efficientnet_b0 efficientnet_v2_s googlenet inception_v3
    maxvit_t mnasnet0_5 mobilenet_v2 mobilenet_v3_small regnet_x_400mf regnet_y_400mf resnet18
    resnet50 resnext50_32x4d shufflenet_v2_x0_5 squeezenet1_0 squeezenet1_1 swin_t swin_v2_t vgg11
    vgg11_bn vit_b_32 wide_resnet50_2
"""
# of each of its files that has networks with maps the smallest, and some that people name
_TIMM = """
    test_byobnet mobileone_s1 test_convnext test_convnext3 cpubone_nano cpubone_t0
    cs3darknet_focus_s cs3darknet_s cspnext_tiny cspnext_s densenet121 densenetblur121d dla46x_c
    dla46_c dpn48b dpn68 edgenext_xx_small edgenext_x_small efficientformerv2_s0
    efficientformerv2_s1 test_efficientnet test_efficientnet_gn efficientvit_b0 efficientvit_b1
    efficientvit_m0 efficientvit_m1 fasternet_t0 fasternet_t1 fastvit_t8 fastvit_t12 gcvit_xxtiny
    gcvit_xtiny ghostnet_050 ghostnetv3_050 hardcorenas_b hardcorenas_a hgnetv2_b0 hgnetv2_b1
    hrnet_w18_small hrnet_w18_small_v2 iformer_t iformer_s inception_next_atto inception_v3
    lcnetv2_small lcnetv2_base levit_conv_128s lowformer_b0 lowformer_b1 poolformerv2_s12
    poolformer_s12 mobilenetv3_small_050 lcnet_035 mobilevit_xxs mobilevitv2_050 nest_tiny
    nest_tiny_jx nextvit_small test_nfnet nf_regnet_b0 pvt_v2_b0 pvt_v2_b1 regnetx_002 regnety_002
    repghostnet_050 repghostnet_058 repvit_m1 repvit_m0_9 res2next50 res2net50_14w_8s resnest14d
    resnest26d test_resnet resnet10t resnetv2_18 resnetv2_18d rexnet_100 rexnetr_100 selecsls42
    selecsls60 legacy_seresnet18 shvit_s1 shvit_s2 skresnet18 skresnet34 starnet_s050 starnet_s100
    swiftformer_xs swiftformer_s swinv2_cr_tiny_224 tiny_vit_5m_224 tiny_vit_11m_224 tresnet_m
    visformer_tiny ese_vovnet19b_slim_dw ese_vovnet19b_slim legacy_xception xception41p
    mobilenetv3_small_100 tf_mobilenetv3_small_075 efficientnet_b0 tf_efficientnet_lite0
    efficientnet_lite0 resnet18 resnet26 resnet18d convnext_atto vgg11
"""
TORCHVISION, TIMM = _TORCHVISION.split(), _TIMM.split()
NO_MAPS = ("vit_b_32",)  # refused, as they should be
